# One image for every role: `docker run IMAGE tenant --config …`.
FROM node:24.21-bookworm-slim AS build
WORKDIR /sublet
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24.21-bookworm-slim
COPY --from=build /sublet/dist /sublet
# As `sublet up` runs tenants: a small young generation and one arena save 9 MB a process.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=2 MALLOC_ARENA_MAX=1
USER 65532:65532
ENTRYPOINT ["node", "/sublet/sublet.cjs"]
CMD ["--help"]
