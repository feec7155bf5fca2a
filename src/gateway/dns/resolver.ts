/**
 * One query, one answer. Who asks is known by the source address: a pod of a tenant's. The tenant's own names are answered from what the host shows, its
 * cluster's inner names never leave, all else is asked upstream, within limits that are each tenant's own.
 */
import type { IpPrefix } from '../../api/ip-address.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { encodeAnswer, errorAnswer, type Answer, type Transport } from './answer.ts';
import { AnswerCache, type CacheLimits } from './answer-cache.ts';
import type { DnsCounters, TenantCounters } from './dns-counters.ts';
import { isWithin, nameBytes, nameKey, type DomainName } from './domain-name.ts';
import type { Directory } from './directory.ts';
import type { Forward } from './forwarder.ts';
import { Newcomers, type NewcomerLimits } from './newcomers.ts';
import { readQuery, type Query } from './query.ts';
import { RateLimit, type Rate } from './rate-limit.ts';
import { isReverseWithin, readReverseName } from './reverse-name.ts';
import type { TenantRecords } from './tenant-records.ts';
import type { TenantView } from './tenant-view.ts';
import { addressesIn, forwardedAnswer, type UpstreamAnswer, type UpstreamQuestion } from './upstream-message.ts';
import { withVisible, type VisibleService } from './visible-services.ts';
import { classInternet, flag, rcode, recordType } from './wire.ts';
import {
  answerForAddress,
  answerInZone,
  startOfAuthority,
  type Effort,
  type Zone,
  type ZoneAnswer,
} from './zone-answer.ts';

/** What an operator may set for each tenant. */
export interface TenantSettings {
  readonly zone: Zone;
  readonly visible: readonly VisibleService[];
}

export interface ResolverLimits {
  readonly rate: Rate;
  /** Of all addresses together that are no tenant's. */
  readonly unknownRate: Rate;
  readonly newcomers: NewcomerLimits;
  /** Of one tenant's questions, how many may wait for a resolver. */
  readonly forwardsMax: number;
  /** Of all tenants': each costs a socket. */
  readonly forwardsOfAllMax: number;
  readonly cache: CacheLimits;
}

export interface ResolverOptions {
  readonly directory: Directory;
  /** Whether what the directory doesn't have isn't there. */
  readonly hasSynced: () => boolean;
  readonly forward: Forward;
  /** By the tenant's name. */
  readonly settingsOf: (tenant: string) => TenantSettings;
  /** Never asked for upstream. */
  readonly internalZones: readonly DomainName[];
  /** Whose addresses' names are never asked for upstream. */
  readonly internalRanges: readonly IpPrefix[];
  readonly limits: ResolverLimits;
  readonly counters: DnsCounters;
  readonly clock: Clock;
  readonly logger: Logger;
}

type OwnAnswer = Exclude<ZoneAnswer, { kind: 'follow' }>;

/** What one tenant has here, as long as it has anything on the host. */
interface TenantState {
  readonly view: TenantView;
  readonly settings: TenantSettings;
  readonly rate: RateLimit;
  readonly counters: TenantCounters;
  cache: AnswerCache | undefined;
  /** Questions that wait, so that the same one waits once. */
  readonly waiting: Map<string, Promise<UpstreamAnswer>>;
}

export class Resolver {
  readonly #options: ResolverOptions;
  readonly #states = new WeakMap<TenantRecords, TenantState>();
  readonly #unknownRate: RateLimit;
  readonly #newcomers: Newcomers;
  #waiting = 0;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#unknownRate = new RateLimit(options.limits.unknownRate, options.clock.monotonic());
    this.#newcomers = new Newcomers(options.limits.newcomers, options.clock);
  }

  /** To be told of each address that a pod of a tenant has now: it may have asked already. */
  podArrived(address: string): void {
    this.#newcomers.arrived(address);
  }

  /** The answer to a packet from `source`; `undefined`: none is given. Never throws or rejects. */
  resolve(packet: Buffer, source: string, transport: Transport): Buffer | undefined | Promise<Buffer | undefined> {
    const tenant = this.#options.directory.tenantAt(source);
    return tenant ? this.#resolveFor(tenant, packet, transport) : this.#whenArrived(packet, source, transport);
  }

  #resolveFor(tenant: TenantRecords, packet: Buffer, transport: Transport): Buffer | undefined | Promise<Buffer> {
    const state = this.#stateOf(tenant);
    // First of all, so that what is too much costs next to nothing.
    if (!state.rate.take(this.#options.clock.monotonic())) return unanswered(state, 'limited');
    const incoming = readQuery(packet);
    if (incoming.kind === 'ignored') return unanswered(state, 'malformed');
    if (incoming.kind === 'wrong') {
      state.counters.count('malformed');
      return encodeAnswer(incoming.head, errorAnswer(incoming.rcode), transport);
    }
    return this.#answer(state, incoming.query, transport);
  }

  #whenArrived(packet: Buffer, source: string, transport: Transport): Buffer | undefined | Promise<Buffer | undefined> {
    const { counters, clock, directory, hasSynced } = this.#options;
    if (!this.#unknownRate.take(clock.monotonic())) return unanswered({ counters: counters.unknown }, 'limited');
    const arrival = hasSynced() ? this.#newcomers.wait(source) : undefined;
    if (!arrival) return this.#refuse(packet, transport);
    // It may be a part of what is read next.
    const kept = Buffer.from(packet);
    return arrival.then((isThere) => {
      const tenant = isThere ? directory.tenantAt(source) : undefined;
      return tenant ? this.#resolveFor(tenant, kept, transport) : this.#refuse(kept, transport);
    });
  }

  #refuse(packet: Buffer, transport: Transport): Buffer | undefined {
    const { unknown } = this.#options.counters;
    const incoming = readQuery(packet);
    if (incoming.kind === 'ignored') return unanswered({ counters: unknown }, 'malformed');
    unknown.count('refused');
    const head = incoming.kind === 'query' ? incoming.query : incoming.head;
    const code = this.#options.hasSynced() ? rcode.refused : rcode.serverFailure;
    return encodeAnswer(head, errorAnswer(code), transport);
  }

  #answer(state: TenantState, query: Query, transport: Transport): Buffer | Promise<Buffer> {
    const { name, type, class: asClass } = query.question;
    const isTransfer = type === recordType.AXFR || type === recordType.IXFR;
    if (asClass !== classInternet || isTransfer) {
      state.counters.count('refused');
      return encodeAnswer(query, errorAnswer(rcode.refused), transport);
    }
    const { zone } = state.settings;
    if (isWithin(name, zone.name)) {
      const effort: Effort = { targetsMax: targetsMax[transport], looked: 0, isCut: false };
      const found = answerInZone(state.view, zone, name, type, effort);
      state.rate.charge(costOf(effort, found));
      if (found.kind === 'follow') return this.#follow(state, query, transport, found);
      return this.#ownAnswer(state, query, transport, zone.name, found, effort.isCut);
    }
    const inner = this.#innerAnswer(state, name, type);
    if (inner) return this.#ownAnswer(state, query, transport, inner.zone, inner.found);
    return this.#forward(state, query, transport);
  }

  /** Of names besides the tenant's zone that nobody upstream is asked for. */
  #innerAnswer(
    { view, settings }: TenantState,
    name: DomainName,
    type: number,
  ): { readonly zone: DomainName; readonly found: OwnAnswer } | undefined {
    const internal = this.#options.internalZones.find((zone) => isWithin(name, zone));
    if (internal) return { zone: internal, found: { kind: 'no-name' } };
    const reverse = readReverseName(name);
    if (!reverse) return undefined;
    const { zone } = reverse;
    const answers = reverse.address && answerForAddress(view, settings.zone, name, reverse.address);
    if (answers) {
      const found: OwnAnswer =
        type === recordType.PTR ? { kind: 'records', answers, additionals: [] } : { kind: 'no-data' };
      return { zone, found };
    }
    return isReverseWithin(reverse, this.#options.internalRanges) ? { zone, found: { kind: 'no-name' } } : undefined;
  }

  #ownAnswer(
    state: TenantState,
    query: Query,
    transport: Transport,
    zone: DomainName,
    found: OwnAnswer,
    isCut = false,
  ): Buffer {
    if (found.kind !== 'records' && !this.#options.hasSynced()) {
      state.counters.count('failed');
      return encodeAnswer(query, errorAnswer(rcode.serverFailure), transport);
    }
    state.counters.count('answered');
    const answer = answerOf(found, zone, state.settings.zone.ttl, query.id);
    return encodeAnswer(query, { ...answer, isCut }, transport);
  }

  async #forward(state: TenantState, query: Query, transport: Transport): Promise<Buffer> {
    const asked: UpstreamQuestion = {
      question: query.question,
      dnssecOk: query.edns?.dnssecOk ?? false,
      checkingDisabled: (query.flags & flag.checkingDisabled) !== 0,
    };
    try {
      const { answer, ageSeconds } = await this.#askUpstream(state, query.question.name, asked);
      return forwardedAnswer(query, answer, ageSeconds, transport);
    } catch (error) {
      return this.#failed(state, query, transport, error);
    }
  }

  /** A tenant's alias of a name elsewhere: whoever asks for addresses gets them with it. */
  async #follow(
    state: TenantState,
    query: Query,
    transport: Transport,
    { answers, target }: Extract<ZoneAnswer, { kind: 'follow' }>,
  ): Promise<Buffer> {
    const { type } = query.question;
    const found = { rcode: rcode.noError, authoritative: true, answers, authorities: [], additionals: [] };
    // What can't be asked for directly can't be asked for by another name.
    if (this.#innerAnswer(state, target, type)) return encodeAnswer(query, found, transport);
    const question = { nameBytes: nameBytes(target), type, class: classInternet };
    try {
      const asked = { question, dnssecOk: false, checkingDisabled: false };
      const { answer } = await this.#askUpstream(state, target, asked);
      const all = [...answers, ...addressesIn(answer, target, type)];
      return encodeAnswer(query, { ...found, answers: all }, transport);
    } catch (error) {
      return this.#failed(state, query, transport, error);
    }
  }

  async #askUpstream(
    state: TenantState,
    name: DomainName,
    asked: UpstreamQuestion,
  ): Promise<{ readonly answer: UpstreamAnswer; readonly ageSeconds: number }> {
    const { limits, clock } = this.#options;
    const flags = (asked.dnssecOk ? 1 : 0) | (asked.checkingDisabled ? 2 : 0);
    const key = `${asked.question.type} ${flags} ${nameKey(name)}`;
    const cached = state.cache?.get(key, clock.monotonic());
    if (cached) {
      state.counters.count('cached');
      return cached;
    }
    const answer = await (state.waiting.get(key) ?? this.#askNow(state, key, asked));
    state.counters.count('forwarded');
    state.cache ??= new AnswerCache(limits.cache);
    state.cache.put(key, answer, clock.monotonic());
    return { answer, ageSeconds: 0 };
  }

  #askNow(state: TenantState, key: string, asked: UpstreamQuestion): Promise<UpstreamAnswer> {
    const { limits, forward } = this.#options;
    if (state.waiting.size >= limits.forwardsMax) return Promise.reject(new Error('too many questions wait'));
    if (this.#waiting >= limits.forwardsOfAllMax) return Promise.reject(new Error("too many tenants' questions wait"));
    this.#waiting++;
    const pending = forward.ask(asked).finally(() => {
      this.#waiting--;
      state.waiting.delete(key);
    });
    state.waiting.set(key, pending);
    return pending;
  }

  #failed(state: TenantState, query: Query, transport: Transport, error: unknown): Buffer {
    state.counters.count('failed');
    this.#options.logger.debug({ err: error, ...state.counters.identity }, 'a question got no answer upstream');
    return encodeAnswer(query, errorAnswer(rcode.serverFailure), transport);
  }

  #stateOf(tenant: TenantRecords): TenantState {
    const known = this.#states.get(tenant);
    if (known) return known;
    const { directory, settingsOf, limits, counters, clock } = this.#options;
    const settings = settingsOf(tenant.identity.tenant);
    const state: TenantState = {
      view: withVisible(tenant, directory, settings.visible),
      settings,
      rate: new RateLimit(limits.rate, clock.monotonic()),
      counters: counters.of(tenant.identity),
      cache: undefined,
      waiting: new Map(),
    };
    this.#states.set(tenant, state);
    return state;
  }
}

/** More than a datagram takes, and what a connection gets of any service: as many as an Endpoints object has. */
const targetsMax: Readonly<Record<Transport, number>> = { udp: 100, tcp: 1000 };
/** What costs as much as an ordinary question. Measured: one takes 17 µs, a record 2 to 3, a look at an endpoint 0.03. */
const recordsPerToken = 8;
const looksPerToken = 256;

/** What an answer took besides the one token of every question: a tenant's rate is one of work, or large services would be a way around it. */
function costOf(effort: Effort, found: ZoneAnswer): number {
  const records = found.kind === 'records' ? found.answers.length + found.additionals.length : 0;
  return Math.floor(records / recordsPerToken) + Math.floor(effort.looked / looksPerToken);
}

/** Records of many endpoints begin with another each time, so that load is spread: `turn` says where. */
function answerOf(found: OwnAnswer, zone: DomainName, ttl: number, turn: number): Answer {
  const code = found.kind === 'no-name' ? rcode.noName : rcode.noError;
  if (found.kind !== 'records')
    return { ...errorAnswer(code), authoritative: true, authorities: [startOfAuthority(zone, ttl, 1)] };
  const { answers, additionals } = found;
  const isList = answers.every(({ type }) => type !== recordType.CNAME);
  const start = isList && answers.length > 0 ? turn % answers.length : 0;
  const turned = start === 0 ? answers : [...answers.slice(start), ...answers.slice(0, start)];
  return { rcode: code, authoritative: true, answers: turned, authorities: [], additionals };
}

function unanswered({ counters }: { readonly counters: TenantCounters }, outcome: 'limited' | 'malformed'): undefined {
  counters.count(outcome);
}
