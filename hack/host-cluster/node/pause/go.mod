module sublet.dev/hack/host-cluster/node/pause

go 1.26.0
