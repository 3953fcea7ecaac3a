import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
import * as __WEBPACK_EXTERNAL_MODULE_node_events_819cca76__ from "node:events";
/******/ var __webpack_modules__ = ({

/***/ 181:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 932:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("process");

/***/ }),

/***/ 4261:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   BP: () => (/* binding */ newest),
/* harmony export */   GA: () => (/* binding */ NEARLY_FULL),
/* harmony export */   Jf: () => (/* binding */ keptUntil),
/* harmony export */   Jn: () => (/* binding */ TOKEN_EXPIRING_WITHIN),
/* harmony export */   Mu: () => (/* binding */ isForAJob)
/* harmony export */ });
/* harmony import */ var _core_limits_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7535);

const DAY = 24 * 60 * 60_000;
/** A writer token that ends sooner than this is a finding. */
const TOKEN_EXPIRING_WITHIN = 14 * DAY;
/** From this part of the plan's places on, it is nearly full. */
const NEARLY_FULL = 0.9;
const LONGEST_JOB_KEY = DAY + 60 * 60_000;
/** A key that lives no longer than that is made for a job; it leaves its place by itself. */
function isForAJob({ createdAt, expiresAt }) {
    return expiresAt !== undefined && expiresAt - createdAt <= LONGEST_JOB_KEY;
}
/** A grace period is not known to an audit; none is taken to be shorter or longer than this. */
const SHORTEST_GRACE = 1 * DAY;
const LONGEST_GRACE = 7 * DAY;
/**
 * Until when a key that was superseded may still be kept on purpose. The rotation's `grace-period` is not known
 * here, but a rotation is not due while the last one is less than that ago (docs/protocol.md, "A run"): so a key
 * is kept no longer after it was superseded than it was in use before. Within a day nothing is said at all, and
 * beyond a week nobody is taken to mean it.
 * @param by when it was superseded: its successor was stored, or, where that is not known, made
 */
function keptUntil(key, by) {
    const inUse = by - key.createdAt;
    return by + Math.min(LONGEST_GRACE, Math.max(SHORTEST_GRACE, inUse)) + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
}
/** The newest of them; undefined: there is none. */
function newest(keys) {
    return keys.toSorted((a, b) => b.createdAt - a.createdAt)[0];
}


/***/ }),

/***/ 263:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   C8: () => (/* binding */ quietCalls),
/* harmony export */   P4: () => (/* binding */ twice)
/* harmony export */ });
/* unused harmony export reportedCalls */
/* harmony import */ var _core_retry_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7493);
/* harmony import */ var _messages_log_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5918);


/** Calls that a verb makes itself, for which no engine has a say. Nothing is said of tries that are made again. */
function quietCalls(clock) {
    return (0,_core_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .patientCalls */ .RD)({ clock, random: Math.random });
}
/** The same, and a line for each try that is made again. */
function reportedCalls({ gate, clock, sink, }) {
    const ports = { clock: gate.clock(clock), random: Math.random };
    return patientCalls(ports, undefined, (failure, attempt, wait) => sink.line(retryText(failure, attempt, wait)));
}
/** A person waits for the answer, and the run that is asked about has its own patience. */
const LONGEST = 10_000;
/** For what changes nothing, and is only to be told of. */
const twice = (timeLeft) => ({
    tries: 2,
    again: () => true,
    timeLeft: () => Math.min(LONGEST, timeLeft()),
});


/***/ }),

/***/ 1432:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  _O: () => (/* binding */ USER_AGENT),
  Ng: () => (/* binding */ connect),
  Cp: () => (/* binding */ inSession)
});

// EXTERNAL MODULE: ./lib/audit/policy.js
var policy = __nccwpck_require__(4261);
// EXTERNAL MODULE: ./lib/github/client.js
var github_client = __nccwpck_require__(636);
// EXTERNAL MODULE: ./lib/github/targets/create-target.js + 7 modules
var create_target = __nccwpck_require__(7745);
// EXTERNAL MODULE: ./lib/github/token-expiry.js
var token_expiry = __nccwpck_require__(5560);
// EXTERNAL MODULE: ./lib/http/client.js + 11 modules
var http_client = __nccwpck_require__(5165);
// EXTERNAL MODULE: ./lib/messages/annotations.js
var annotations = __nccwpck_require__(7486);
// EXTERNAL MODULE: ./lib/messages/log.js
var log = __nccwpck_require__(5918);
// EXTERNAL MODULE: ./lib/messages/catalogue/catalogue.js + 5 modules
var catalogue = __nccwpck_require__(3775);
// EXTERNAL MODULE: ./lib/messages/failure.js
var failure = __nccwpck_require__(6974);
// EXTERNAL MODULE: ./lib/messages/summary.js
var summary = __nccwpck_require__(1724);
// EXTERNAL MODULE: ./lib/messages/words.js
var words = __nccwpck_require__(2897);
;// CONCATENATED MODULE: ./lib/messages/session-log.js






/** Renders what a session tells while it works, between the engine's lines where it renews itself. */
function logSession(event, sink) {
    switch (event.type) {
        case 'logged-in':
            sink.line('✓ logged in to MUTX');
            break;
        case 'logged-out':
            sink.line('✓ logged out of MUTX');
            break;
        case 'exchanging':
            sink.line(`exchanging the refresh token: it counts as spent from here on, until its successor is stored: ${(0,words/* placeText */.Z9)(event)}`);
            break;
        case 'successor-stored': {
            const until = event.endsAt === undefined ? '' : `; the next run has to start before ${(0,words/* instantText */.Xx)(event.endsAt)}`;
            sink.line(`✓ refresh token exchanged; its successor is stored: ${(0,words/* placeText */.Z9)(event)}${until}`);
            break;
        }
        case 'retrying':
            sink.line((0,log/* retryText */.qL)(event.failure, event.attempt, event.wait));
            break;
        case 'warning':
            warn(event, sink);
            break;
    }
}
/** In the summary at once, and so above the rest, however the run ends. */
function warn(warning, sink) {
    const { message, fix } = adviceOf(warning);
    sink.warning((0,annotations/* credentialWarning */.a)(fix === undefined ? message : `${message}\nFix: ${fix}`));
    sink.summary((0,summary/* warningSummary */.Ju)(message, fix));
}
/** The other warnings say themselves what to do. */
function adviceOf(warning) {
    const { code, message } = warning;
    return code === 'renewal-failed'
        ? { message: `${message} [${code}]`, fix: warning.fix ?? (0,catalogue/* hintOf */.$)(code)?.fix }
        : { message, fix: undefined };
}
/** A session that could not be opened: no key has been touched, but a refresh token may be spent. */
function sessionFailure({ code, message, cause, state, retryAt }) {
    return (0,failure/* earlyFailure */.iF)({
        code,
        message,
        calls: [cause],
        state: ['no key was made or revoked, and no target was written', ...state],
        retryAt,
    });
}
/** The state of things while a refresh token is being exchanged, for a run that ends in that moment. */
function spendingState({ secretName, label }) {
    const place = (0,words/* placeText */.Z9)({ secret: secretName, target: label });
    return [
        'no key was made or revoked, and no target was written',
        `the refresh token may be spent: its successor is in ${place} if that secret was updated just now, otherwise log in to MUTX again; if the log above tells of no exchange, it is unspent`,
    ];
}

// EXTERNAL MODULE: ./lib/messages/sink.js
var messages_sink = __nccwpck_require__(2425);
// EXTERNAL MODULE: ./lib/mutx/api.js + 2 modules
var mutx_api = __nccwpck_require__(253);
// EXTERNAL MODULE: ./lib/core/retry.js
var retry = __nccwpck_require__(7493);
// EXTERNAL MODULE: ./lib/secrets/shapes.js
var shapes = __nccwpck_require__(6111);
// EXTERNAL MODULE: ./lib/mutx/fields.js
var mutx_fields = __nccwpck_require__(8593);
;// CONCATENATED MODULE: ./lib/mutx/decode.js


const ID = { test: mutx_fields/* isKeyId */.rZ };
/**
 * What a credential has to be before it is masked: what is masked is black wherever the log has it, and a server that
 * is not well, or not MUTX, may send a letter, a line break, a word or the name of a key. So: as long as any credential
 * is at least, in the characters that a header takes for one (RFC 9110, section 11.2, `token68`), and no word. The
 * shape beyond that is the server's business.
 */
const CREDENTIAL = { test: (text) => /^[\w.~+/-]{16,4096}={0,2}$/.test(text) && (0,shapes/* isNoWord */.Gx)(text) };
function decodeKeyPage(json) {
    return (0,mutx_fields/* decoded */.DH)(() => {
        if (Array.isArray(json)) {
            const keys = recordsOf(json, 'the reply');
            // It says no total: what it has is all there is, however often.
            return { keys, hasMore: false, total: new Set(keys.map(({ id }) => id)).size };
        }
        const page = new mutx_fields/* Fields */.C8(json, 'the reply');
        return {
            keys: recordsOf(page.list('items'), 'items'),
            hasMore: page.boolean('has_more'),
            total: page.count('total'),
        };
    });
}
function recordsOf(rows, where) {
    return rows.map((row, index) => {
        const fields = new mutx_fields/* Fields */.C8(row, `${where}[${index}]`);
        return {
            id: fields.text('id', ID),
            // Compared exactly by whoever wants to know whose it is, so nothing about it is mended here.
            name: fields.text('name'),
            createdAt: fields.instant('created_at'),
            expiresAt: fields.instantOrNone('expires_at'),
            lastUsed: fields.instantOrNone('last_used'),
            isActive: fields.boolean('is_active'),
        };
    });
}
/** The id of a reply that is not usable otherwise: all that is left of a key that was made. */
function decodeId(json) {
    const id = (0,mutx_fields/* decoded */.DH)(() => new mutx_fields/* Fields */.C8(json, 'the reply').text('id', ID));
    return id.ok ? id.value : undefined;
}
/**
 * A create's reply. The key is masked before anything else of it is read; a credential that is known already, such as
 * the one of this very session, is no new key, and neither is what the key is called.
 * @param name that was asked for; undefined: that of a key which is replaced in place
 */
function decodeMintedKey(json, name, secrets) {
    return (0,mutx_fields/* decoded */.DH)(() => {
        const fields = new mutx_fields/* Fields */.C8(json, 'the reply');
        const isNew = (text) => !secrets.holds(text) && name?.includes(text) !== true;
        const key = credential(fields, 'key', secrets, { test: (text) => CREDENTIAL.test(text) && isNew(text) });
        return {
            id: fields.text('id', ID),
            name: name === undefined ? fields.text('name') : fields.same('name', name),
            createdAt: fields.instant('created_at'),
            expiresAt: fields.instantOrNone('expires_at'),
            key,
        };
    });
}
/**
 * A credential, judged and then masked, in one synchronous step. What is none may still hold one, or half of one: what
 * has the shape of one is masked all the same, and no text that holds it is printed.
 */
function credential(fields, name, secrets, form = CREDENTIAL) {
    const secret = masked(fields, name, secrets, form);
    if (secret !== undefined)
        return secret;
    throw fields.malformedText(name);
}
/** undefined: it is no credential, and {@link credential} of it fails. */
function masked(fields, name, secrets, form = CREDENTIAL) {
    const value = fields.raw(name);
    if (typeof value !== 'string')
        return undefined;
    if (form.test(value))
        return secrets.admit(value);
    for (const one of (0,shapes/* credentialsIn */.Wr)(value))
        if (CREDENTIAL.test(one))
            secrets.admit(one);
    if (value.trim().length >= SHORTEST_WITHHELD)
        secrets.withhold(value);
    return undefined;
}
/** Less is in texts by chance. */
const SHORTEST_WITHHELD = 8;
/** The plan's name, cleaned; undefined where the server does not say. */
function decodePlan(json, secrets) {
    return (0,mutx_fields/* decoded */.DH)(() => {
        const user = new mutx_fields/* Fields */.C8(json, 'the reply');
        return user.has('plan') ? secrets.quote(user.text('plan'), 40) : undefined;
    });
}

// EXTERNAL MODULE: ./lib/core/limits.js
var limits = __nccwpck_require__(7535);
;// CONCATENATED MODULE: ./lib/mutx/page-pace.js
const MINUTE = 60_000;
/**
 * Pages in any minute, of the hundred requests that MUTX takes from one address or API key (mutx-api, "Sessions"): a
 * quarter is left for what the list is read for, and for others.
 */
const PER_MINUTE = 75;
/**
 * Between two pages once a limit was met: others share it, and have creates to send. Of 24 jobs with one API key, eight
 * at a time, some fail with half of it.
 */
const WIDE_SPACING = 9_600;
const CLOSE_SPACING = MINUTE / PER_MINUTE;
/** Pages without a refusal after which the spacing is halved: a long list that was refused once still comes to its end. */
const CALM = 10;
/** When the next page of a list may be asked for, so that others who share MUTX's limit are left some of it. */
class PagePace {
    #clock;
    /** Of the pages of the last minute, oldest first. Times are of the monotonic clock. */
    #starts = [];
    #spacing = 0;
    #calm = 0;
    #pausedUntil = Number.NEGATIVE_INFINITY;
    /** When the last refusal was seen. */
    #limitedAt = Number.NEGATIVE_INFINITY;
    #last = Promise.resolve();
    constructor(clock) {
        this.#clock = clock;
    }
    /** Counts a page that is not waited for: the first of a list is what a run begins with. */
    start() {
        const now = this.#clock.monotonic();
        this.#starts = [...this.#starts.filter((at) => now - at < MINUTE), now];
        return now;
    }
    /**
     * Waits for a turn, first come, first served.
     * @returns when the page may be asked for: now; undefined: there is not enough time left
     */
    turn(timeLeft) {
        const turn = this.#last.then(async () => {
            for (;;) {
                const wait = this.#wait(this.#clock.monotonic());
                if (wait >= timeLeft())
                    return undefined;
                if (wait <= 0)
                    return this.start();
                await this.#clock.sleep(wait);
            }
        });
        this.#last = turn;
        return turn;
    }
    /**
     * MUTX refused the page that left at `start` for its limit.
     * @param wait before anything else is asked for
     * @returns whether that is news: pages that left before the last refusal did not know of it
     */
    limited(start, wait) {
        this.#calm = 0;
        if (start <= this.#limitedAt)
            return false;
        const now = this.#clock.monotonic();
        this.#limitedAt = now;
        this.#pausedUntil = Math.max(this.#pausedUntil, now + wait);
        this.#spacing = WIDE_SPACING;
        return true;
    }
    passed() {
        this.#calm += 1;
        if (this.#calm < CALM || this.#spacing === 0)
            return;
        this.#calm = 0;
        this.#spacing = Math.max(CLOSE_SPACING, this.#spacing / 2);
    }
    #wait(now) {
        const latest = this.#starts.at(-1);
        const full = this.#starts.at(-PER_MINUTE);
        return Math.max(this.#pausedUntil - now, latest === undefined ? 0 : latest + this.#spacing - now, full === undefined ? 0 : full + MINUTE - now);
    }
}

;// CONCATENATED MODULE: ./lib/mutx/pages.js



/** The most the API gives in one reply (mutx-api: `limit=1..100`). */
const LIMIT = 100;
const CONCURRENCY = 8;
const DAY = 86_400_000;
/** MUTX lets a key with an expiry live for 365 days at the most; the day more is for clocks that differ. */
const LONGEST_LIFE = 366 * DAY;
/** A list of so many pages is read to its end: a fifth of what MUTX takes in a minute. */
const FEW_PAGES = 20;
/** How long a list may be read. At the pace of {@link PagePace} 75,000 keys are read in that time. */
const LONGEST_READING = 10 * 60_000;
/** Pages in a row that bring nothing new; after them a server that says that there are more is not believed. */
const MOST_EMPTY = 3;
/**
 * Reads lists of keys, newest first, as far back as a key can matter. The first page is one attempt, whose failure is
 * the caller's to handle; a later page that fails is asked for again by itself, because those before it are still true.
 *
 * Keys made meanwhile push others onto later pages, never onto earlier ones. So each page begins with the last key of
 * the one before: it is there, further down, whenever the page was read after its predecessor; otherwise the page is
 * read once more. Keys that come twice count once, and none is missed. Where a page still does not go on from its
 * predecessor, or the list ends before its own count, a key was removed meanwhile or the pages are of servers that do not
 * agree: then keys may be missing, and the list is a failure, which can be tried again.
 */
class ListReader {
    #ask;
    #ports;
    #pace;
    /** What the list before this one gave, where it had many pages. */
    #before;
    constructor(ask, ports) {
        this.#ask = ask;
        this.#ports = ports;
        this.#pace = new PagePace(ports.clock);
    }
    /**
     * @param all to the end, in the time there is; otherwise, where the list has many pages, back to what no key with an
     * expiry outlives
     * @param sessionLeft half of it may be spent on reading
     */
    async read(all, sessionLeft) {
        const { clock } = this.#ports;
        const whole = new retry/* Stopwatch */.eM(clock);
        const timeLeft = () => Math.min(LONGEST_READING, sessionLeft / 2) - whole.elapsed();
        const first = await this.#first();
        if (!first.ok)
            return first;
        const { value, date } = first.page.reply;
        if (!value.hasMore) {
            const keys = [...byId(value.keys).values()];
            return keys.length < value.total
                ? endsEarly(keys.length, value.total)
                : { ok: true, value: keys, date };
        }
        if (value.keys.length === 0)
            return unreadable('a page without keys says that there are more');
        const known = all && this.#before?.since !== undefined ? undefined : this.#before;
        const { keepsRevoked = () => true } = this.#ports;
        const list = new GrowingList(first.page, keepsRevoked, known);
        const horizon = all ? Number.NEGATIVE_INFINITY : (date ?? clock.now()) - LONGEST_LIFE;
        const end = await this.#readOn(list, horizon, timeLeft);
        if (typeof end === 'object')
            return end;
        if (!list.hasMore && list.seen < list.total)
            return endsEarly(list.seen, list.total);
        const { oldest, last } = list;
        if (end !== 'all')
            this.#ports.onUnread({ since: oldest, because: end });
        const before = list.reachesKnown ? known?.since : undefined;
        const since = end === 'all' ? before : oldest;
        const keys = list.records();
        const { newest } = list;
        this.#before = list.pages >= FEW_PAGES || known !== undefined ? { keys, newest, since } : undefined;
        const reading = { lastDate: last.reply.date, lastAsked: last.asked.elapsed(), since };
        return { ok: true, value: keys, date, reading };
    }
    /** Reads what comes after the pages that are there. @returns what it ended at, or the failure of a page */
    async #readOn(list, horizon, timeLeft) {
        while (list.hasMore && !list.reachesKnown) {
            const isPast = list.reachesBefore(horizon);
            if (isPast && list.pages >= FEW_PAGES)
                return 'age';
            if (list.empty >= MOST_EMPTY)
                return unreadable('pages that bring nothing new say that there are more');
            const end = await this.#wave(list, list.next(isPast ? FEW_PAGES : undefined), timeLeft);
            if (end !== undefined)
                return end;
        }
        return 'all';
    }
    /** Reads pages side by side and adds them in their order. @returns what it ended at; undefined: all are there */
    async #wave(list, skips, timeLeft) {
        const results = await Promise.all(skips.map((skip) => this.#page(skip, timeLeft)));
        for (const [index, skip] of skips.entries()) {
            let result = results[index];
            // It was read before its predecessor, and a key was made in between.
            if (result?.ok === true && !list.continuesWith(result.page))
                result = await this.#page(skip, timeLeft);
            if (result === undefined)
                return 'time';
            if (!result.ok)
                return result;
            if (list.leavesHole(result.page)) {
                return unreadable('a page of the list does not continue the one before it: keys may be missing between them', true);
            }
            list.add(result.page);
            // The total is a guess of where it ends: what was asked for beyond that is of no use.
            if (!list.hasMore)
                return undefined;
        }
        return undefined;
    }
    async #first() {
        const start = this.#pace.start();
        const asked = new retry/* Stopwatch */.eM(this.#ports.clock);
        const reply = await this.#ask(0, LIMIT);
        if (reply.ok)
            return { ok: true, page: { reply, asked } };
        const { kind, retryAfter = 0 } = reply.failure;
        if (kind === 'throttled')
            this.#pace.limited(start, retryAfter);
        return reply;
    }
    /** @returns undefined: the time was over before MUTX's limit let it through */
    async #page(skip, timeLeft) {
        const { clock, random, onRetry } = this.#ports;
        for (let attempt = 1, failures = 1;; attempt++) {
            const start = await this.#pace.turn(timeLeft);
            if (start === undefined)
                return undefined;
            const asked = new retry/* Stopwatch */.eM(clock);
            const reply = await this.#ask(skip, LIMIT);
            if (reply.ok) {
                this.#pace.passed();
                return { ok: true, page: { reply, asked } };
            }
            const { failure } = reply;
            const throttled = failure.kind === 'throttled';
            // Only time ends it where MUTX limits requests.
            const tries = throttled ? Number.POSITIVE_INFINITY : limits/* TRIES */.Qm;
            const wait = (0,retry/* nextWait */.B4)({ tries, again: () => true, timeLeft }, failure, failures, random());
            if (wait === undefined && throttled)
                return undefined;
            // Tried often enough: the pages before it need not be read again to find that out.
            if (wait === undefined)
                return { ok: false, failure: { ...failure, retryable: false } };
            const isNews = !throttled || this.#pace.limited(start, wait);
            if (isNews)
                onRetry(failure, attempt, wait);
            if (throttled)
                continue;
            failures += 1;
            await clock.sleep(wait);
        }
    }
}
/** The pages of a list so far, one after the other. */
class GrowingList {
    #keys = new Map();
    /** The ids of all, kept or not. */
    #seen = new Set();
    #keepsRevoked;
    /** From the list before: what was revoked then is revoked for good. */
    #known;
    /** When the oldest key was made that could be another one now. */
    #knownFrom;
    #step;
    #total;
    #isSorted = true;
    /** When the first key was made: the newest. */
    newest;
    /** Where the pages end so far. */
    oldest = Number.POSITIVE_INFINITY;
    last;
    pages = 1;
    /** Pages in a row without anything new. */
    empty = 0;
    constructor(first, keepsRevoked, known) {
        this.last = first;
        const { keys, total } = first.reply.value;
        this.newest = keys[0]?.createdAt ?? Number.NEGATIVE_INFINITY;
        this.#total = total;
        // A server may give fewer than it was asked for. One of them is that of the page before.
        this.#step = Math.max(1, keys.length - 1);
        this.#keepsRevoked = keepsRevoked;
        this.#known = known?.keys ?? [];
        const active = this.#known.filter(({ isActive }) => isActive);
        this.#knownFrom = active.reduce((at, { createdAt }) => Math.min(at, createdAt), known?.newest ?? Number.NEGATIVE_INFINITY);
        this.#take(first);
    }
    get hasMore() {
        return this.last.reply.value.hasMore;
    }
    get seen() {
        return this.#seen.size;
    }
    /**
     * How many keys there are at least, by the server. Those that were made since the first page raise its count, and
     * are not looked for; those that were removed lower it.
     */
    get total() {
        return Math.min(this.#total, this.last.reply.value.total);
    }
    /** Whether what comes now is older. False for a list that is not sorted: then nothing is known of what comes. */
    reachesBefore(horizon) {
        return this.#isSorted && this.oldest < horizon;
    }
    /** Whether everything that comes now is known from the list before, and cannot have changed. */
    get reachesKnown() {
        return this.reachesBefore(this.#knownFrom);
    }
    /** Where the next pages begin. @param most pages in all, for now */
    next(most = Number.POSITIVE_INFINITY) {
        const needed = Math.max(this.pages + 1, Math.ceil((this.#total - 1) / this.#step));
        const side = this.#step === 1 || Number.isFinite(this.#knownFrom) ? 1 : CONCURRENCY;
        const count = Math.min(needed - this.pages, side, Math.max(1, most - this.pages));
        return Array.from({ length: count }, (_, index) => (this.pages + index) * this.#step);
    }
    /** Whether no key can be between this page and the last one. */
    continuesWith({ reply }) {
        const end = this.last.reply.value.keys.at(-1);
        // Pages of one key have none in common; but they are read one after the other.
        return this.#step === 1 || end === undefined || reply.value.keys.some(({ id }) => id === end.id);
    }
    /**
     * Whether keys may be between this page and the last one. Not where it {@link continuesWith} it, and not where so many
     * keys were made meanwhile that all of this page is above the end of the last one: then what follows comes to that.
     */
    leavesHole(page) {
        if (this.continuesWith(page))
            return false;
        const { keys } = page.reply.value;
        const end = this.last.reply.value.keys.at(-1)?.createdAt ?? Number.POSITIVE_INFINITY;
        const isAbove = (key) => this.#seen.has(key.id) || (this.#isSorted && key.createdAt > end);
        return keys.length === 0 || !keys.every(isAbove);
    }
    add(page) {
        this.pages += 1;
        const [end, before] = [page, this.last].map(({ reply }) => reply.value.keys.at(-1)?.id);
        this.empty = end === undefined || end === before ? this.empty + 1 : 0;
        this.#take(page);
        this.last = page;
    }
    records() {
        if (this.reachesKnown) {
            for (const key of this.#known)
                if (!this.#keys.has(key.id))
                    this.#keys.set(key.id, key);
        }
        return [...this.#keys.values()];
    }
    #take({ reply }) {
        let above = Number.POSITIVE_INFINITY;
        for (const key of reply.value.keys) {
            this.#isSorted &&= key.createdAt <= above;
            above = key.createdAt;
            this.#seen.add(key.id);
            if (key.isActive || this.#keepsRevoked(key))
                this.#keys.set(key.id, key);
        }
        // Further down than what is above it, or it is not sorted.
        this.#isSorted &&= above <= this.oldest || above === Number.POSITIVE_INFINITY;
        this.oldest = Math.min(this.oldest, above);
    }
}
/**
 * The first pages, newest first, one after the other: what is further back is not looked at.
 * @param most pages at the most
 */
async function readFirstPages(ask, most) {
    const first = await ask(0, LIMIT);
    if (!first.ok)
        return first;
    const keys = [...first.value.keys];
    const step = keys.length;
    let last = first.value;
    for (let page = 1; page < most; page++) {
        if (!last.hasMore || last.keys.length === 0)
            break;
        const next = await ask(page * step, LIMIT);
        if (!next.ok)
            return next;
        last = next.value;
        keys.push(...last.keys);
    }
    const value = [...byId(keys).values()];
    if (last.hasMore && last.keys.length === 0)
        return unreadable('a page without keys says that there are more');
    if (!last.hasMore && value.length < last.total)
        return endsEarly(value.length, last.total);
    const since = last.hasMore ? Math.min(...value.map(({ createdAt }) => createdAt)) : undefined;
    return { ok: true, value, date: first.date, reading: { lastDate: first.date, lastAsked: 0, since } };
}
/** One page by its number; 0: the newest keys. */
function readPage(ask, page) {
    return ask(page * LIMIT, LIMIT);
}
function byId(keys) {
    return new Map(keys.map((key) => [key.id, key]));
}
function endsEarly(seen, total) {
    return unreadable(`the list ended after ${seen} of ${total} keys`, true);
}
/** @param retryable read once more, it may be whole */
function unreadable(message, retryable = false) {
    return {
        ok: false,
        failure: {
            kind: 'unclear',
            service: 'mutx',
            call: 'GET /api-keys',
            status: 200,
            code: 'mutx-bad-reply',
            message,
            retryable,
        },
    };
}

;// CONCATENATED MODULE: ./lib/mutx/client.js



/** What MUTX says of its limit; a 409 for another reason says something else. */
const QUOTA = /\b(?:limit|quota|plan)\b/iu;
const FORBIDDEN = 'MUTX knows the key, and does not let its account in: verify the e-mail address of the account at MUTX, or have the account activated';
/** How old the `Date` of a reply of MUTX's can be: up to 3.5 s were seen. */
const OLDEST_DATE = 5_000;
/** A thousand keys: a per-run key that expired a day ago is among them, on all but the busiest accounts. */
const NEWEST_PAGES = 10;
/** MUTX with a session's token. */
function createKeyService(api, session, reading) {
    return new MutxKeys(api, session, reading);
}
class MutxKeys {
    #api;
    #session;
    #clock;
    #reader;
    constructor(api, session, reading) {
        this.#api = api;
        this.#session = session;
        this.#clock = reading.clock;
        this.#reader = new ListReader(this.#askPage, reading);
    }
    list(all = false) {
        const { endsAt } = this.#session;
        const left = endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - this.#clock.now();
        return this.#reader.read(all, left);
    }
    newest() {
        return readFirstPages(this.#askPage, NEWEST_PAGES);
    }
    page(number) {
        return readPage(this.#askPage, number);
    }
    #askPage = (skip, limit) => {
        return this.#ask((generation) => ({
            method: 'GET',
            path: '/api-keys',
            ...(generation === 'v1' ? { query: { skip, limit } } : {}),
        }), ({ status, body }) => (status === 200 ? decodeKeyPage(jsonOf(body)) : undefined));
    };
    /**
     * An API without this route does not say; that is an answer. The plans of the documented API are not what v1 limits
     * keys by, so their names say nothing: what its limit is, a create that meets it shows.
     */
    account() {
        return this.#ask(() => ({ method: 'GET', path: '/auth/me' }), ({ status, body }) => {
            if (status === 404)
                return { ok: true, value: { plan: undefined } };
            if (status !== 200)
                return undefined;
            const plan = decodePlan(jsonOf(body), this.#api.secrets);
            if (!plan.ok)
                return plan;
            return { ok: true, value: { plan: this.#api.generation === 'documented' ? undefined : plan.value } };
        });
    }
    async create(name, expiresInDays) {
        const reply = await this.#ask(() => ({ method: 'POST', path: '/api-keys', body: { name, expires_in_days: expiresInDays } }), ({ status, body }) => (status < 300 ? this.#minted(jsonOf(body), name) : undefined));
        const isQuota = !reply.ok && reply.failure.code === 'mutx-conflict' && QUOTA.test(reply.failure.message);
        return isQuota ? coded(reply.failure, 'mutx-quota') : reply;
    }
    rotateInPlace(id) {
        return this.#ask(() => ({ method: 'POST', path: `/api-keys/${encodeURIComponent(id)}/rotate` }), ({ status, body }) => (status < 300 ? this.#minted(jsonOf(body), undefined) : undefined));
    }
    #minted(json, name) {
        const minted = decodeMintedKey(json, name, this.#api.secrets);
        return minted.ok ? minted : { ok: false, problem: minted.problem + keyMade(decodeId(json)) };
    }
    /**
     * `GET /auth/me` on v1, `GET /agents` on the documented API, with the key alone. Only 401 and 403 are about
     * the key; any other no leaves it open. A 401 is looked into by one further request.
     */
    async verify(key, mayStart) {
        const reply = await this.#use({ 'x-api-key': key.expose() }, mayStart);
        if (reply.ok || reply.failure.kind !== 'refused')
            return reply;
        const { failure } = reply;
        if (failure.status === 403) {
            return { ok: false, failure: { ...failure, code: 'mutx-key-refused', hint: FORBIDDEN } };
        }
        if (failure.status !== 401)
            return { ok: false, failure: { ...failure, kind: 'unclear' } };
        return this.#api.generation === 'documented'
            ? this.#refusedAsNobody(failure, mayStart)
            : this.#refusedAsBearer(failure, key, mayStart);
    }
    #use(headers, mayStart) {
        return this.#api.ask((generation) => ({
            method: 'GET',
            path: generation === 'v1' ? '/auth/me' : '/agents',
            headers,
            mayStart,
        }), ({ status, body }) => status === 200 && isFilled(jsonOf(body)) ? { ok: true, value: true } : undefined);
    }
    /** v1 takes a key as a Bearer token as well; where the server fails at it so, it fails at every key. */
    async #refusedAsBearer(failure, key, mayStart) {
        const reply = await this.#use({ authorization: `Bearer ${key.expose()}` }, mayStart);
        if (reply.ok || !(0,retry/* isInternalError */.wA)(reply.failure))
            return coded(failure, 'mutx-key-refused');
        return {
            ok: false,
            failure: { ...reply.failure, kind: 'refused', code: 'mutx-key-unusable', retryable: false },
        };
    }
    /** A server of the documented API that says the same to no key at all has not looked at this one. */
    async #refusedAsNobody(failure, mayStart) {
        const reply = await this.#use({}, mayStart);
        const isSame = !reply.ok && reply.failure.status === 401 && reply.failure.message === failure.message;
        return isSame
            ? { ok: false, failure: { ...failure, kind: 'unclear', code: 'mutx-key-unverifiable' } }
            : coded(failure, 'mutx-key-refused');
    }
    revoke(id) {
        return this.#ask(() => ({ method: 'DELETE', path: `/api-keys/${encodeURIComponent(id)}` }), ({ status }) => {
            if (status === 404)
                return { ok: true, value: 'gone' };
            // Any other success is not MUTX's: taken for one, it would tell of a live key that it is revoked.
            return status === 204 ? { ok: true, value: 'revoked' } : undefined;
        });
    }
    async #ask(request, answer) {
        const bearer = await this.#session.bearer();
        if (!bearer.ok)
            return bearer;
        const headers = { authorization: `Bearer ${bearer.value.expose()}` };
        let ended = false;
        const reply = await this.#api.ask((generation) => ({ ...request(generation), headers }), (answered) => {
            ended = answered.status === 401 && this.#hasEndedBy(answered.date);
            return answer(answered);
        });
        return reply.ok || !ended ? reply : coded(reply.failure, 'session-expired');
    }
    /** By MUTX's own clock, as the token's end is. */
    #hasEndedBy(date) {
        const { endsAt } = this.#session;
        return date !== undefined && endsAt !== undefined && date + OLDEST_DATE >= endsAt;
    }
}
/** The same failure under the code that says more. */
function coded(failure, code) {
    return { ok: false, failure: { ...failure, code } };
}
/** An object or a list: what the API gives to a key that works. */
function isFilled(json) {
    return typeof json === 'object' && json !== null;
}
function jsonOf(body) {
    return body.kind === 'json' ? body.value : undefined;
}
/** The plaintext is lost, but people can be told which key to look for. */
function keyMade(id) {
    return id === undefined ? '' : `; a key was made, ${id}, and nobody knows it`;
}

;// CONCATENATED MODULE: ./lib/mutx/own-key.js

/**
 * MUTX for a run whose credential may be one of the keys that it revokes: which one, nobody can tell. Once it
 * is gone, each revocation is asked again with the key that was made in its place. That goes for its own, too,
 * when the reply was lost: revoking twice is revoking (mutx-api, "DELETE").
 */
function createOwnKeyService(api, session, reading) {
    const keys = createKeyService(api, session, reading);
    let successor;
    return {
        list: (all) => keys.list(all),
        newest: () => keys.newest(),
        page: (number) => keys.page(number),
        account: () => keys.account(),
        verify: (key, mayStart) => keys.verify(key, mayStart),
        async create(name, expiresInDays) {
            const reply = await keys.create(name, expiresInDays);
            if (reply.ok)
                successor = reply.value.key;
            return reply;
        },
        async revoke(id) {
            const reply = await keys.revoke(id);
            if (reply.ok || reply.failure.status !== 401 || successor === undefined)
                return reply;
            return createKeyService(api, asBearer(successor), reading).revoke(id);
        },
    };
}
function asBearer(key) {
    return { bearer: async () => ({ ok: true, value: key, date: undefined }), endsAt: undefined };
}

;// CONCATENATED MODULE: ./lib/mutx/session/dependencies.js
/** Retries are told like everything else that a session does. */
function retryingWith({ clock, random, report }) {
    return {
        clock,
        random,
        onRetry: (failure, attempt, wait) => report({ type: 'retrying', failure, attempt, wait }),
    };
}
/** The run may end well on the token at hand, so this must not be left to its own failure to tell. */
function renewalFailed({ message, cause }) {
    return {
        type: 'warning',
        code: 'renewal-failed',
        message: `the MUTX session could not be renewed during the run: ${message}`,
        fix: cause.hint,
    };
}

;// CONCATENATED MODULE: ./lib/mutx/session/renewable.js
/** Renewed when less than this is left of it: enough for any one call, and for clocks that do not agree. */
const MARGIN = 120_000;
/**
 * An access token that is replaced in time, by one renewal for all who ask. A renewal that failed is not tried
 * again in this run: a token that may be spent must not be used again, and logging in not be hammered.
 */
class RenewableToken {
    #get;
    #failed;
    #current;
    #renewal;
    /** @param failed told when a token that worked could not be replaced; the first failure is `renew`'s to tell */
    constructor(get, failed) {
        this.#get = get;
        this.#failed = failed;
    }
    async bearer() {
        if (this.#current !== undefined && left(this.#current) > marginOf(this.#current)) {
            return usable(this.#current);
        }
        const renewal = await this.renew();
        if (renewal.ok)
            return usable(renewal.value);
        // What could not be renewed can still be used up.
        if (this.#current !== undefined && left(this.#current) > 0)
            return usable(this.#current);
        const { code, message, cause } = renewal.failure;
        return { ok: false, failure: { ...cause, kind: 'not-sent', code, message, retryable: false } };
    }
    renew() {
        this.#renewal ??= this.#renewNow();
        return this.#renewal;
    }
    /** Waits for a renewal that is under way. */
    async settled() {
        await this.#renewal;
    }
    async #renewNow() {
        const renewal = await this.#get();
        if (renewal.ok) {
            this.#current = renewal.value;
            this.#renewal = undefined;
        }
        else if (this.#current !== undefined) {
            this.#failed(renewal.failure);
        }
        return renewal;
    }
}
function usable({ token }) {
    return { ok: true, value: token, date: undefined };
}
function left({ lifetime, since }) {
    return lifetime - since.elapsed();
}
/** A server with short-lived tokens is not asked for one before each call. */
function marginOf({ lifetime }) {
    return Math.min(MARGIN, lifetime / 4);
}

;// CONCATENATED MODULE: ./lib/mutx/session/tokens.js




/**
 * `POST /auth/login` or `/auth/refresh`. MUTX takes ten of them a minute, and a spent refresh token must not be
 * used again: asked again only where it is certain that nothing was done, and by a limit only if it says when.
 */
async function askForTokens(api, path, body, retrying) {
    let since = new retry/* Stopwatch */.eM(retrying.clock);
    const reply = await (0,retry/* tryCall */.O9)(() => {
        since = new retry/* Stopwatch */.eM(retrying.clock);
        return api.ask(() => ({ method: 'POST', path, body: body() }), (answered) => pairOf(answered, api.secrets));
    }, neverTwice(retrying.clock), retrying);
    return { reply, since };
}
function neverTwice(clock) {
    const watch = new retry/* Stopwatch */.eM(clock);
    return {
        tries: 3,
        again: ({ kind, retryAfter }) => kind === 'not-sent' || (kind === 'throttled' && retryAfter !== undefined),
        timeLeft: () => limits/* CALL_PATIENCE */.L7 - watch.elapsed(),
    };
}
/** Both tokens are masked before anything else of the reply is read, also where one of them is none. */
function pairOf({ status, body }, secrets) {
    if (status !== 200)
        return undefined;
    return (0,mutx_fields/* decoded */.DH)(() => {
        const fields = new mutx_fields/* Fields */.C8(body.kind === 'json' ? body.value : undefined, 'the reply');
        for (const name of ['access_token', 'refresh_token'])
            masked(fields, name, secrets);
        return {
            access: credential(fields, 'access_token', secrets),
            refresh: credential(fields, 'refresh_token', secrets),
            lifetime: fields.countAboveZero('expires_in') * 1_000,
        };
    });
}

;// CONCATENATED MODULE: ./lib/mutx/session/password.js





/** A run that is over does not stay for a log-out that does not work, but for one wait at MUTX's limit. */
const LOGOUT_PATIENCE = limits/* RATE_LIMIT_WAIT */.rH + 30_000;
const REFUSED_HINT = 'check `email` and `password` by logging in with them at MUTX: the account must be active and its e-mail address verified';
/** Logging out takes the refresh token, which was in the reply that did not come. */
const PERHAPS_OPEN = 'MUTX may have opened a session that this run knows nothing of and cannot log out; it ends by itself within a week';
/** A service account: logged in, again where a run takes longer than a token lives, and logged out at the end. */
function createPasswordSession(credential, dependencies) {
    return new PasswordSession(credential, dependencies);
}
class PasswordSession {
    endsAt = undefined;
    #credential;
    #dependencies;
    #retrying;
    #token = new RenewableToken(() => this.#logIn(), (failure) => this.#dependencies.report(renewalFailed(failure)));
    /** Each is a session on the server until it is logged out. */
    #open = [];
    #closing = Promise.resolve();
    constructor(credential, dependencies) {
        this.#credential = credential;
        this.#dependencies = dependencies;
        this.#retrying = retryingWith(dependencies);
    }
    async open() {
        const renewal = await this.#token.renew();
        return renewal.ok ? undefined : renewal.failure;
    }
    bearer() {
        return this.#token.bearer();
    }
    close() {
        this.#closing = this.#closing.then(async () => {
            await this.#token.settled();
            for (const pair of this.#open.splice(0))
                await this.#logOut(pair);
        });
        return this.#closing;
    }
    async #logIn() {
        const { api, clock, report } = this.#dependencies;
        const { email, password } = this.#credential;
        const body = () => ({ email, password: password.expose() });
        const { reply, since } = await askForTokens(api, '/auth/login', body, this.#retrying);
        if (!reply.ok)
            return { ok: false, failure: loginFailure(reply.failure, clock.now()) };
        this.#open.push(reply.value);
        report({ type: 'logged-in' });
        return { ok: true, value: { token: reply.value.access, lifetime: reply.value.lifetime, since } };
    }
    /**
     * By the refresh token alone: with an access token beside it, MUTX takes a log-out by a refresh token that it
     * does not know for one of all sessions of the account. Early servers insist on the access token.
     */
    async #logOut({ access, refresh }) {
        const { clock, report } = this.#dependencies;
        const watch = new retry/* Stopwatch */.eM(clock);
        const reply = await (0,retry/* tryCall */.O9)(async () => {
            const attempt = await this.#askToEnd(refresh, {});
            return attempt.ok || attempt.failure.status !== 401
                ? attempt
                : this.#askToEnd(refresh, { authorization: `Bearer ${access.expose()}` });
        }, (0,retry/* idempotent */.yB)(() => LOGOUT_PATIENCE - watch.elapsed()), this.#retrying);
        if (reply.ok) {
            report({ type: 'logged-out' });
        }
        else {
            report({
                type: 'warning',
                code: 'logout-failed',
                message: `the session of this run could not be logged out and ends by itself within a week: ${reply.failure.message}`,
            });
        }
    }
    #askToEnd(refresh, headers) {
        return this.#dependencies.api.ask(() => ({ method: 'POST', path: '/auth/logout', headers, body: { refresh_token: refresh.expose() } }), ({ status }) => (status < 300 ? { ok: true, value: true } : undefined));
    }
}
function loginFailure(failure, now) {
    const { status, kind, retryAfter } = failure;
    const refused = kind === 'refused' && (status === 401 || status === 403 || status === 422);
    const code = refused ? 'session-login-refused' : 'session-login-failed';
    return {
        code,
        message: refused
            ? `MUTX does not let the account in: ${failure.message}`
            : `could not log in to MUTX: ${failure.message}`,
        cause: refused ? { ...failure, code, hint: REFUSED_HINT } : failure,
        state: kind === 'unclear' ? [PERHAPS_OPEN] : [],
        retryAt: retryAfter === undefined ? undefined : now + retryAfter,
    };
}

// EXTERNAL MODULE: ./lib/core/time.js
var time = __nccwpck_require__(4258);
// EXTERNAL MODULE: ./lib/mutx/jwt.js
var jwt = __nccwpck_require__(4371);
;// CONCATENATED MODULE: ./lib/mutx/session/refresh-failures.js
/** The target's secret cannot be written: found out before anything was spent. */
function unwritable(cause, target, now) {
    return {
        code: 'session-successor-unwritable',
        message: `${placeOf(target)}, which has to take the refresh token's successor, cannot be written, so the token was not used: ${cause.message}`,
        cause,
        state: [],
        retryAt: retryAtOf(cause, now),
    };
}
/**
 * The exchange did not give a pair: not done, refused, or nobody knows.
 * @param expired by its own claims the token is at its end
 */
function exchangeFailure(failure, target, now, expired) {
    const retryAt = retryAtOf(failure, now);
    switch (failure.kind) {
        case 'not-sent':
        case 'throttled':
            return notExchanged(failure, retryAt);
        case 'unclear':
            return lostExchange(failure, target);
        case 'refused':
            return failure.status === 401 || failure.status === 403
                ? refusedExchange(failure, target, expired)
                : notExchanged(failure, retryAt);
    }
}
function notExchanged(cause, retryAt) {
    return {
        code: 'session-refresh-failed',
        message: `the refresh token was not exchanged, and is not spent: ${cause.message}`,
        cause,
        state: [],
        retryAt,
    };
}
function refusedExchange(failure, target, expired) {
    const code = 'session-refresh-refused';
    const why = expired ? 'has expired' : 'is spent, expired or revoked';
    return {
        code,
        message: `MUTX does not take the refresh token, which ${why}: ${failure.message}`,
        cause: { ...failure, code, hint: `${logInAgain(target)}; ${expired ? SLOW : TWO_RUNS}` },
        state: ['the refresh token that was given does not work (any more)'],
        retryAt: undefined,
    };
}
const SLOW = 'one lives for 7 days from its last use and 30 days in all, so let the schedule run at least twice a week';
const TWO_RUNS = 'if two runs used the same token, a `concurrency:` group in the workflow keeps them apart, and an environment secret, which is read when the job starts, keeps a queued run from holding a spent one';
function lostExchange(failure, target) {
    const code = 'session-refresh-lost';
    return {
        code,
        message: `the exchange of the refresh token got no usable reply, so the token may be spent; it is not used again, because that would end its login for good: ${failure.message}`,
        cause: { ...failure, code, hint: logInAgain(target) },
        state: [`the refresh token that was given is probably spent; ${placeOf(target)} was not written`],
        retryAt: undefined,
    };
}
/** The worst: spent, and the successor is nowhere. */
function lostSuccessor({ failure, perhaps }, target) {
    const place = placeOf(target);
    return {
        code: 'session-successor-lost',
        message: `the refresh token was exchanged, but its successor could not be stored in ${place} within ten minutes: ${failure.message}`,
        cause: { ...failure, hint: `${logInAgain(target)}; then mend this: ${failure.hint ?? failure.message}` },
        state: [
            'the refresh token that was given is spent',
            perhaps
                ? `${place} may hold its successor, or still the spent token`
                : `its successor is lost: ${place} does not hold it`,
        ],
        retryAt: undefined,
    };
}
function logInAgain(target) {
    return `log in to MUTX again and store the new refresh token in ${placeOf(target)}; do not use the old one again`;
}
function placeOf({ secretName, label }) {
    return `the secret ${secretName} of ${label}`;
}
function retryAtOf({ retryAfter }, now) {
    return retryAfter === undefined ? undefined : now + retryAfter;
}

;// CONCATENATED MODULE: ./lib/mutx/session/successor.js


/**
 * Whether a successor could be stored, found out while there is nothing to lose yet: both steps change nothing,
 * so what gets no clear answer is asked again, and if it never gets one the token is kept.
 */
async function writable(place, unspent, retrying) {
    const watch = new retry/* Stopwatch */.eM(retrying.clock);
    return (0,retry/* tryCall */.O9)(async () => {
        const prepared = await place.prepare();
        return prepared.ok ? place.probe(unspent) : prepared;
    }, (0,retry/* idempotent */.yB)(() => limits/* CALL_PATIENCE */.L7 - watch.elapsed()), retrying);
}
/**
 * Stores a refresh token whose predecessor is spent. Tried until D after the exchange, whatever the failure:
 * giving up costs the login, so even a refusal, which somebody may mend meanwhile, is asked again.
 */
async function storeSuccessor(target, successor, since, retrying) {
    const timeLeft = () => limits/* WRITE_DEADLINE */.l - since.elapsed();
    let perhaps = false;
    const reply = await (0,retry/* tryCall */.O9)(async () => {
        const written = await target.write(successor, () => timeLeft() > 0);
        if (written.ok)
            return written;
        perhaps ||= written.failure.kind === 'unclear';
        return { ok: false, failure: { ...written.failure, retryable: true } };
    }, { tries: Number.POSITIVE_INFINITY, again: () => true, timeLeft }, retrying);
    return reply.ok ? { ok: true } : { ok: false, failure: { ...reply.failure, retryable: false }, perhaps };
}

;// CONCATENATED MODULE: ./lib/mutx/session/refresh-token.js







const HOUR = 3_600_000;
const refresh_token_DAY = 24 * HOUR;
/** From one use to the next; but the end of the login, 30 days after it began, comes first (mutx-api, "Sessions"). */
const SLIDING = 7 * refresh_token_DAY;
/** Claims and `Date` are in whole seconds, `Date` may be seconds old, and clocks are not quite the same. */
const ROUNDING = 60_000;
/** A token with these claims is dead, or as good as. */
function isAtItsEnd(claims, now) {
    return (claims?.exp ?? Number.POSITIVE_INFINITY) - now < ROUNDING;
}
/**
 * What the claims say about how long a schedule can go on. A successor that lives for less than the sliding
 * lifetime was cut short by the end of its login, which is how that end shows. Its `iat` says nothing about how
 * long it lives: MUTX keeps the login's through every exchange.
 * @param spent claims of the token that was exchanged
 * @param now by MUTX's clock, when it was exchanged
 */
function lifetimeWarnings(spent, successor, now) {
    const ends = successor?.exp;
    if (ends !== undefined && ends - now < SLIDING - ROUNDING) {
        return [
            {
                type: 'warning',
                code: 'log-in-again',
                message: `log in again before ${(0,time/* instantText */.X)(ends)} and store the new refresh token: this login ends then, 30 days after it began, however often it is used`,
                loginAgainBefore: ends,
            },
        ];
    }
    const left = (spent?.exp ?? Number.POSITIVE_INFINITY) - now;
    if (left > refresh_token_DAY)
        return [];
    return [
        {
            type: 'warning',
            code: 'schedule-too-slow',
            message: `the refresh token was used with ${hours(left)} left of its 7 days; let the schedule run more often, or a late run finds it dead`,
        },
    ];
}
function hours(duration) {
    return duration < HOUR ? 'less than an hour' : `${Math.floor(duration / HOUR)} h`;
}
/**
 * A refresh token, which is single use: its successor's place is known to be writable before it is exchanged,
 * and the successor is stored there before anyone gets the access token that came with it.
 */
function createRefreshSession(token, dependencies) {
    return new RefreshSession(token, dependencies);
}
class RefreshSession {
    endsAt = undefined;
    #dependencies;
    #retrying;
    #access = new RenewableToken(() => this.#exchange(), (failure) => this.#dependencies.report(renewalFailed(failure)));
    /** Not spent yet, as far as is known. */
    #refresh;
    #told = new Set();
    constructor(token, dependencies) {
        this.#refresh = token;
        this.#dependencies = dependencies;
        this.#retrying = retryingWith(dependencies);
    }
    async open() {
        const renewal = await this.#access.renew();
        return renewal.ok ? undefined : renewal.failure;
    }
    bearer() {
        return this.#access.bearer();
    }
    /** The login lives on in the stored successor; only an exchange that is under way has to end. */
    close() {
        return this.#access.settled();
    }
    async #exchange() {
        const { api, clock, report, successor } = this.#dependencies;
        const spent = this.#refresh;
        const open = await writable(successor, spent, this.#retrying);
        if (!open.ok)
            return { ok: false, failure: unwritable(open.failure, successor, clock.now()) };
        const { label: target, secretName: secret } = successor;
        // Told before and not after: a process that is killed in between tells nothing any more.
        report({ type: 'exchanging', target, secret });
        const body = () => ({ refresh_token: spent.expose() });
        const { reply, since } = await askForTokens(api, '/auth/refresh', body, this.#retrying);
        if (!reply.ok) {
            const now = clock.now();
            const expired = isAtItsEnd((0,jwt/* decodeJwt */.i)(spent.expose()), now);
            return { ok: false, failure: exchangeFailure(reply.failure, successor, now, expired) };
        }
        const { access, refresh, lifetime } = reply.value;
        const stored = await storeSuccessor(successor, refresh, since, this.#retrying);
        if (!stored.ok)
            return { ok: false, failure: lostSuccessor(stored, successor) };
        this.#refresh = refresh;
        this.#tell(spent, reply.value, reply.date ?? (0,jwt/* decodeJwt */.i)(access.expose())?.iat ?? clock.now());
        return { ok: true, value: { token: access, lifetime, since } };
    }
    #tell(spent, pair, now) {
        const { report, successor } = this.#dependencies;
        const claims = (0,jwt/* decodeJwt */.i)(pair.refresh.expose());
        const { label: target, secretName: secret } = successor;
        report({ type: 'successor-stored', target, secret, endsAt: claims?.exp });
        const { contradiction: message } = successor;
        if (message !== undefined)
            report({ type: 'warning', code: 'secret-contradiction', message });
        for (const warning of lifetimeWarnings((0,jwt/* decodeJwt */.i)(spent.expose()), claims, now)) {
            if (!this.#told.has(warning.code))
                report(warning);
            this.#told.add(warning.code);
        }
    }
}

;// CONCATENATED MODULE: ./lib/mutx/session/create-session.js


/** The session that goes with a credential. Calls nothing before `open`. */
function createSession(credential, dependencies) {
    switch (credential.kind) {
        case 'access-jwt':
            return asItIs(credential.token, credential.expiresAt);
        case 'opaque':
            return asItIs(credential.token, undefined);
        case 'password':
            return createPasswordSession(credential, dependencies);
        case 'refresh-token': {
            const { successor } = dependencies;
            if (successor === undefined)
                throw new Error('a refresh token needs a place for its successor');
            return createRefreshSession(credential.token, { ...dependencies, successor });
        }
    }
}
function asItIs(token, endsAt) {
    return {
        open: async () => undefined,
        bearer: async () => ({ ok: true, value: token, date: undefined }),
        endsAt,
        close: async () => { },
    };
}

;// CONCATENATED MODULE: ./lib/commands/connect.js













const USER_AGENT = 'mutx-api-key-action';
/** Puts together what a verb calls the services with. */
function connect(access, context, options = {}) {
    const { tokenExpiryIsTold = false, keyNames, ...creating } = options;
    const { secrets, sink, clock: machineClock, gate, env } = context;
    const clock = gate.clock(machineClock);
    const debug = env['RUNNER_DEBUG'] === '1';
    const onRequest = (line) => {
        if (debug)
            sink.debug((0,log/* requestText */.T9)(line));
    };
    const client = (service, baseUrl) => new http_client/* HttpClient */.Q({ service, baseUrl, userAgent: USER_AGENT, onRequest });
    const mutx = client('mutx', access.apiUrl);
    const githubHttp = client('github', access.githubApiUrl);
    const api = new mutx_api/* MutxApi */.h(gate.requests(mutx, isLogout), secrets);
    const { credential, githubToken, refreshTokenSecret } = access;
    const github = githubToken && new github_client/* GithubClient */.t({ http: gate.requests(githubHttp), token: githubToken, clock });
    // Past the gate: a successor whose predecessor is spent has to be stored, whatever else comes to an end.
    const keeper = (token) => new github_client/* GithubClient */.t({ http: githubHttp, token, clock: machineClock });
    const session = createSession(credential, {
        api,
        clock: machineClock,
        random: Math.random,
        report: (event) => logSession(event, sink),
        successor: refreshTokenSecret &&
            githubToken &&
            (0,create_target/* createTarget */.Y)(refreshTokenSecret, { github: keeper(githubToken), secrets, ...creating }),
    });
    const reading = readingPorts(clock, sink, keyNames);
    const mutxClient = createKeyService(api, session, reading);
    return {
        api,
        session,
        client: mutxClient,
        keys: credential.kind === 'opaque' ? createOwnKeyService(api, session, reading) : mutxClient,
        github,
        clock,
        close: async () => {
            await session.close();
            const expiry = (0,token_expiry/* tokenExpiryWarning */.D)(github?.tokenExpiresAt, clock.now());
            if (expiry !== undefined && !tokenExpiryIsTold)
                sink.warning((0,annotations/* credentialWarning */.a)(expiry.message));
            mutx.close();
            githubHttp.close();
        },
    };
}
/** A run that reads the list several times reports what was not read once. */
function readingPorts(clock, sink, keyNames) {
    const reported = new Set();
    return {
        clock,
        random: Math.random,
        onRetry: (failure, attempt, wait) => sink.line((0,log/* retryText */.qL)(failure, attempt, wait)),
        onUnread: ({ since, because }) => {
            if (reported.has(because))
                return;
            reported.add(because);
            if (because === 'time')
                sink.warning((0,messages_sink/* unreadWarning */.ki)(since));
            else
                sink.line((0,messages_sink/* unreadLine */.KQ)(since));
        },
        ...(keyNames === undefined ? {} : { keepsRevoked: (key) => keyNames.has(key.name) || !(0,policy/* isForAJob */.Mu)(key) }),
    };
}
function isLogout({ path }) {
    return path.endsWith('/auth/logout');
}
/**
 * Opens the session, does the work and closes it, whatever the work came to.
 * @returns what the work returned; undefined: there is no session, which has been told
 */
async function inSession(connection, { refreshTokenSecret }, { gate, unfinished, fail }, work) {
    const untouched = unfinished.state;
    unfinished.cleanUp = () => connection.session.close();
    if (refreshTokenSecret !== undefined)
        unfinished.state = () => spendingState(refreshTokenSecret);
    const refused = await gate.pass(connection.session.open());
    if (refused !== undefined) {
        await gate.pass(connection.close());
        fail(sessionFailure(refused));
        return undefined;
    }
    unfinished.state = untouched;
    const result = await gate.pass(work());
    await gate.pass(connection.close());
    return result;
}


/***/ }),

/***/ 2815:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  _: () => (/* binding */ usableInputs)
});

// UNUSED EXPORTS: judgeExpiry

// EXTERNAL MODULE: ./lib/core/time.js
var time = __nccwpck_require__(4258);
// EXTERNAL MODULE: ./lib/config/kinds.js
var kinds = __nccwpck_require__(5609);
// EXTERNAL MODULE: ./lib/config/table.js
var table = __nccwpck_require__(1582);
;// CONCATENATED MODULE: ./lib/config/credential/expired.js



/** How far this machine's clock may be ahead of MUTX's. */
const LEEWAY = 60_000;
/**
 * What the credential's own claims say against using it: it has expired. To be asked before it is sent.
 * @param now by whichever clock
 * @param by reads on from when it expired: that clock, where it need not be right
 */
function credentialProblems(credential, now, by = '') {
    switch (credential.kind) {
        case 'access-jwt':
            return expired(credential, now, by, 'an access JWT', ACCESS_FIX);
        case 'refresh-token':
            return expired(credential, now, by, 'a refresh JWT', REFRESH_FIX);
        case 'password':
        case 'opaque':
            return [];
    }
}
const ACCESS_FIX = 'an access JWT lives for 30 minutes, so one that is kept as a secret is dead by the next run: log in again for a single run; on a schedule give `email` and `password`, or `refresh-token`, instead';
const REFRESH_FIX = 'log in again and store the new refresh JWT in the secret; one lives for 7 days from its last use and 30 days in all, so let the schedule run at least twice a week';
function expired({ input, expiresAt }, now, by, what, fix) {
    if (expiresAt === undefined || now < expiresAt + LEEWAY)
        return [];
    const allowed = (0,kinds/* allowedText */.En)((0,table/* specOf */.rI)(input).kind);
    return [{ input, message: `holds ${what} that expired at ${(0,time/* instantText */.X)(expiresAt)}${by}`, allowed, fix }];
}

// EXTERNAL MODULE: ./lib/messages/annotations.js
var annotations = __nccwpck_require__(7486);
// EXTERNAL MODULE: ./lib/messages/failure.js
var failure = __nccwpck_require__(6974);
// EXTERNAL MODULE: ./lib/messages/words.js
var words = __nccwpck_require__(2897);
// EXTERNAL MODULE: ./lib/http/client.js + 11 modules
var client = __nccwpck_require__(5165);
// EXTERNAL MODULE: ./lib/mutx/api.js + 2 modules
var api = __nccwpck_require__(253);
// EXTERNAL MODULE: ./lib/commands/calls.js
var calls = __nccwpck_require__(263);
// EXTERNAL MODULE: ./lib/commands/connect.js + 14 modules
var connect = __nccwpck_require__(1432);
;// CONCATENATED MODULE: ./lib/commands/mutx-time.js




/** Asks for the keys without any credential: only MUTX itself, of whichever generation, says 401 in its own way. */
async function probe(api, clock) {
    let asked = 'v1';
    return (0,calls/* quietCalls */.C8)(clock)(() => api.ask((generation) => {
        asked = generation;
        return { method: 'GET', path: '/api-keys' };
    }, ({ status }) => status < 300 || status === 401 || status === 403 ? { ok: true, value: asked } : undefined), calls/* twice */.P4);
}
/** MUTX's time, asked for without any credential; undefined where MUTX does not give it. */
async function mutxTime(apiUrl, { gate, clock, secrets }) {
    const http = new client/* HttpClient */.Q({ service: 'mutx', baseUrl: apiUrl, userAgent: connect/* USER_AGENT */._O });
    try {
        const reached = await gate.pass(probe(new api/* MutxApi */.h(gate.requests(http), secrets), gate.clock(clock)));
        return reached.ok ? reached.date : undefined;
    }
    finally {
        http.close();
    }
}

;// CONCATENATED MODULE: ./lib/commands/usable-inputs.js






/**
 * What was loaded, if a run can go on with it; otherwise every problem there is has been told, that the
 * credential has expired among them, and nothing has been called but MUTX for its time.
 * @param others problems with what is no input of an action, to be told with them
 */
async function usableInputs(loaded, context, others = []) {
    const { sink, fail } = context;
    for (const warning of loaded.warnings)
        sink.warning((0,annotations/* inputWarning */.N)(warning));
    const wrong = [...(loaded.ok ? [] : loaded.problems), ...others];
    const { credential } = loaded.ok ? loaded.value : loaded;
    const apiUrl = loaded.ok && wrong.length === 0 ? loaded.value.apiUrl : undefined;
    const judged = credential && (await judgeExpiry(credential, apiUrl, context));
    for (const warning of judged?.warnings ?? [])
        sink.warning((0,annotations/* inputWarning */.N)(warning));
    const problems = [...(judged?.problems ?? []), ...wrong];
    if (loaded.ok && problems.length === 0) {
        return judged === undefined ? loaded.value : { ...loaded.value, credential: judged.credential };
    }
    fail((0,failure/* inputFailure */.vQ)(problems));
    return undefined;
}
/**
 * Whether a credential has expired. This machine's clock may be wrong, so what it calls expired is judged by MUTX's
 * time, which is asked for without any credential.
 * @param apiUrl undefined: MUTX cannot be asked
 */
async function judgeExpiry(credential, apiUrl, context) {
    const machine = context.clock.now();
    const good = { credential, problems: [], warnings: [] };
    const byMachine = credentialProblems(credential, machine, ` by this machine's clock, which says ${(0,time/* instantText */.X)(machine)}`);
    if (byMachine.length === 0)
        return good;
    const mutx = apiUrl && (await mutxTime(apiUrl, context));
    if (mutx === undefined)
        return { ...good, problems: byMachine };
    const problems = credentialProblems(credential, mutx);
    if (problems.length > 0)
        return { ...good, problems };
    const ahead = context.clock.now() - mutx;
    const warning = `this machine's clock is ${(0,words/* durationText */.S5)(ahead)} ahead of MUTX's, which says that the credential has not expired; set the clock of this machine (NTP)`;
    return { credential: shifted(credential, ahead), problems, warnings: [warning] };
}
/** With its end by this machine's clock, which waits and retries are measured with. */
function shifted(credential, ahead) {
    if (credential.kind !== 'access-jwt' || credential.expiresAt === undefined)
        return credential;
    return { ...credential, expiresAt: credential.expiresAt + ahead };
}


/***/ }),

/***/ 887:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ whyEmpty)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _core_text_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(9716);
/* harmony import */ var _environment_names_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7490);



/** Events whose runs get no secrets when they come from a fork. */
const PULL_REQUEST = /^pull_request(?:_review|_review_comment)?$/;
/**
 * Events of Dependabot's whose runs get its own secrets. Other events, `schedule` for one, get Actions secrets, though
 * their actor may be Dependabot: whoever last touched the workflow.
 * https://docs.github.com/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions
 */
const DEPENDABOT = new Set([
    'pull_request',
    'pull_request_review',
    'pull_request_review_comment',
    'pull_request_target',
    'push',
    'create',
    'deployment',
    'deployment_status',
]);
/**
 * Why an input that should hold a secret is empty, and what to do. An unset input and one filled
 * from a secret that does not exist look the same to an action, so the event tells more than the input.
 * https://docs.github.com/actions/reference/security/secrets
 * @param missing kinds of input, one of which is needed, each of the inputs that go together
 */
function whyEmpty(env, ...missing) {
    if (env['GITHUB_ACTIONS'] !== 'true') {
        return { reason: 'its variable is not set', fix: `set ${anyOf(missing.flatMap(variablesOf))}` };
    }
    const event = env['GITHUB_EVENT_NAME'] ?? '';
    if (env['GITHUB_ACTOR'] === 'dependabot[bot]' && DEPENDABOT.has(event)) {
        return {
            reason: 'this run was started by Dependabot, and such runs get Dependabot secrets, not Actions secrets',
            fix: 'rotate on `schedule` or `workflow_dispatch`, which get Actions secrets whoever their actor is',
        };
    }
    if (!PULL_REQUEST.test(event)) {
        return {
            reason: 'it is not set, or the secret or variable it is filled from does not exist or is not given to this job',
            fix: 'check the name of the secret or variable, and that the job has the `environment:` whose secret it is; a reusable workflow is given secrets by its caller only',
        };
    }
    const fork = forkOf(env);
    if (fork === undefined) {
        return {
            reason: 'it is not set, or its secret does not exist, or this pull request comes from a fork, and then GitHub gives no secrets',
            fix: 'rotate on `schedule` or `workflow_dispatch`, not for pull requests',
        };
    }
    return {
        reason: `this pull request comes from a fork (${fork}), and GitHub gives no secrets to such runs`,
        fix: 'rotate on `schedule` or `workflow_dispatch`, not for pull requests',
    };
}
/** The variables of a shell that one kind of input is read from, in each way that there is. */
function variablesOf(inputs) {
    const own = inputs.map((input) => `\`${(0,_environment_names_js__WEBPACK_IMPORTED_MODULE_1__/* .shellVariableOf */ .or)(input)}\``).join(' and ');
    return inputs.includes('github-token') ? [own, `\`${_environment_names_js__WEBPACK_IMPORTED_MODULE_1__/* .GITHUB_CLI_TOKEN */ .VI}\``] : [own];
}
function anyOf(ways) {
    return ways.length < 2 ? ways.join() : `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;
}
/** The repository a pull request comes from, if the event says that it is another one than it goes to. */
function forkOf(env) {
    const event = readEvent(env['GITHUB_EVENT_PATH']);
    const head = nameOf(event, 'head') ?? 'since deleted';
    const base = nameOf(event, 'base');
    return base === undefined || head === base ? undefined : (0,_core_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g)(head, 100);
}
function nameOf(event, side) {
    const name = inside(event, 'pull_request', side, 'repo', 'full_name');
    return typeof name === 'string' ? name : undefined;
}
function inside(value, ...path) {
    return path.reduce((inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined), value);
}
function readEvent(path) {
    if (path === undefined)
        return undefined;
    try {
        return JSON.parse((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(path, 'utf8'));
    }
    catch {
        return undefined;
    }
}


/***/ }),

/***/ 5605:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   FB: () => (/* binding */ tokenComplaint),
/* harmony export */   R$: () => (/* binding */ admitToken),
/* harmony export */   Sz: () => (/* binding */ literalExpression),
/* harmony export */   UZ: () => (/* binding */ admitMisplaced),
/* harmony export */   de: () => (/* binding */ passwordComplaint),
/* harmony export */   jU: () => (/* binding */ admitPassword),
/* harmony export */   mW: () => (/* binding */ githubTokenComplaint),
/* harmony export */   pU: () => (/* binding */ mutxTokenComplaint),
/* harmony export */   y: () => (/* binding */ misplacedCredential)
/* harmony export */ });
/* harmony import */ var _mutx_jwt_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4371);
/* harmony import */ var _secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6111);


/** Characters; everything shorter is a typing error, not a token, and no password that could be masked. */
const SHORTEST_TOKEN = 8;
const MASK = /^\*+$/;
const EXPRESSION = /\$\{\{/;
const BARE_EXPRESSION = /^(?:secrets|vars|env|inputs|steps|needs|github)\.[\w.-]+$/i;
const SCHEME = /^(?:authorization\s*:\s*)?(?:bearer|token)\s+/i;
/** `NAME=value` of an environment file; the `=` at the end of base64 is none. */
const ASSIGNMENT = /^(?:export\s+)?[A-Za-z_][\w-]*=[^=]/;
/** Of a shell; in a password that may be meant. */
const UNEXPANDED = /^\$(?:\{[^}]*\}|\(.*\)|[A-Za-z_]\w*)$/;
const QUOTES = /^["'`]|["'`]$/;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** A literal `${{ … }}` that nobody has evaluated; undefined: there is none. */
function literalExpression(text) {
    if (!EXPRESSION.test(text))
        return undefined;
    return {
        message: 'holds a literal `${{`: the expression was not evaluated',
        fix: 'write it in the workflow file, where GitHub evaluates it, not in a secret, a script or a quoted block',
    };
}
/** A credential that was put where it would be printed; undefined: none. */
function misplacedCredential(text) {
    if (!(0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .looksLikeCredential */ .Pv)(text))
        return undefined;
    return {
        message: 'holds what looks like a credential',
        fix: 'take it out; credentials go into `bootstrap-jwt`, `refresh-token`, `password` and `github-token` only',
    };
}
/** Masks every part of a text that looks like a credential. */
function admitMisplaced(secrets, text) {
    for (const found of (0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .credentialsIn */ .Wr)(text))
        secrets.admit(found);
}
/**
 * Masks a token as it was given, trimmed, and without what may have been pasted around it, so that the bare
 * token is masked whichever of these turns up somewhere. Nothing for what is too short to be one: a mask of a
 * few letters would black out whole words.
 */
function admitToken(secrets, raw) {
    const trimmed = raw.trim();
    if (isShort(trimmed) || MASK.test(trimmed))
        return;
    const parts = [bare(trimmed), ...jsonTexts(trimmed), ...trimmed.split(/\s+/), ...(0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .credentialsIn */ .Wr)(trimmed)];
    const within = parts.filter((text) => !isShort(text));
    for (const text of new Set([raw, trimmed, ...within]))
        secrets.admit(text);
}
/**
 * Masks a password as it was given, trimmed, and each line of it, which may be shown alone; nothing for what is too
 * short, and for the mask itself.
 */
function admitPassword(secrets, raw) {
    const trimmed = raw.trim();
    if (isShort(trimmed) || MASK.test(trimmed))
        return;
    const lines = trimmed.split(/[\r\n]+/).filter((line) => !isShort(line.trim()));
    for (const text of new Set([raw, trimmed, ...lines]))
        secrets.admit(text);
}
/** What is wrong with a token (already trimmed), whichever it is; undefined: nothing. */
function tokenComplaint(token) {
    const problem = textComplaint(token);
    if (problem !== undefined)
        return problem;
    if (isShort(token)) {
        return { message: 'is too short to be a credential', fix: 'copy the token again, whole and in one line' };
    }
    if (QUOTES.test(token)) {
        return { message: 'is in quotes', fix: 'store the token alone, without quotes around it' };
    }
    if (SCHEME.test(token)) {
        return {
            message: 'begins with the name of an authorization scheme, like `Bearer`',
            fix: 'store the token alone, without anything before it',
        };
    }
    if (UNEXPANDED.test(token)) {
        return {
            message: 'is the name of a shell variable, not its value',
            fix: 'write an expression, like `secrets.NAME` within a dollar sign and double braces: inputs are not expanded by a shell',
        };
    }
    if (ASSIGNMENT.test(token)) {
        return {
            message: 'begins with a name and an equals sign',
            fix: 'store the token alone, without anything before it',
        };
    }
    if (token.startsWith('{')) {
        return {
            message: 'holds JSON, not a token',
            fix: 'store the value of the token alone, not the whole reply',
        };
    }
    if (VISIBLE_ASCII.test(token))
        return undefined;
    return {
        message: 'holds white space, a line break or a character that no token has',
        fix: 'copy the token again, whole and in one line',
    };
}
/** What is wrong with a password; undefined: nothing. */
function passwordComplaint(password) {
    const problem = textComplaint(password);
    if (problem !== undefined || !isShort(password.trim()))
        return problem;
    return {
        message: `is too short to be masked: its ${SHORTEST_TOKEN - 1} or fewer characters would black out other words of the log`,
        fix: `copy the password again, whole; if it is as short as that, give the service account one of at least ${SHORTEST_TOKEN} characters`,
    };
}
/** What is wrong with any credential, a password too: it is not the credential itself. */
function textComplaint(text) {
    if (MASK.test(text)) {
        return {
            message: 'is the `***` that a log shows in place of a credential',
            fix: 'store the credential itself; a masked value cannot be copied from a log or passed between jobs',
        };
    }
    if (BARE_EXPRESSION.test(text)) {
        return {
            message: 'is the text of an expression, not its value',
            fix: 'write it in the workflow file, as an expression: a dollar sign and double braces around it',
        };
    }
    return literalExpression(text);
}
/** A token of GitHub's where one of MUTX's is wanted: it must not be sent there. */
function githubTokenComplaint(token) {
    if (!(0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .looksLikeCredential */ .Pv)(token, 'github-token'))
        return undefined;
    return {
        message: "holds a GitHub token, which is not MUTX's to see",
        fix: 'give the GitHub token as `github-token`, and a credential of MUTX here',
    };
}
/** A credential of MUTX's where a token of GitHub's is wanted: it must not be sent there. */
function mutxTokenComplaint(token) {
    const types = [token, ...(0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .credentialsIn */ .Wr)(token, 'jwt')].map((text) => (0,_mutx_jwt_js__WEBPACK_IMPORTED_MODULE_1__/* .decodeJwt */ .i)(text)?.type);
    const isSession = types.includes('access') || types.includes('refresh');
    if (!isSession && !(0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .looksLikeCredential */ .Pv)(token, 'mutx-key'))
        return undefined;
    return {
        message: "holds a credential of MUTX, which is not GitHub's to see",
        fix: 'give it as `bootstrap-jwt` or `refresh-token`, and a GitHub token here',
    };
}
function isShort(text) {
    return text.length < SHORTEST_TOKEN;
}
function bare(token) {
    return token
        .replace(/^["'`\s]+|["'`\s]+$/g, '')
        .replace(SCHEME, '')
        .replace(/^["'`\s]+/g, '');
}
/** The texts in a JSON object, or none: a whole login reply pasted for the token in it. */
function jsonTexts(text) {
    const found = [];
    try {
        JSON.parse(text, (_name, value) => {
            if (typeof value === 'string')
                found.push(value);
            return value;
        });
    }
    catch {
        return [];
    }
    return found;
}


/***/ }),

/***/ 7490:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Hc: () => (/* binding */ readEnvName),
/* harmony export */   VI: () => (/* binding */ GITHUB_CLI_TOKEN),
/* harmony export */   or: () => (/* binding */ shellVariableOf)
/* harmony export */ });
/** Where else the writer token may be: GitHub's own command line reads it from there. */
const GITHUB_CLI_TOKEN = 'GH_TOKEN';
/** The environment variable that holds an input outside of GitHub Actions: `MUTX_KEY_NAME`. */
function shellVariableOf(name) {
    return `MUTX_${name.toUpperCase().replaceAll('-', '_')}`;
}
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The runner's own, which it does not let an action set, and what would change every later step. */
const RESERVED = /^(?:(?:GITHUB|RUNNER|ACTIONS|INPUT|STATE)_.*|CI|PATH|HOME|SHELL|BASH_ENV|ENV|NODE_OPTIONS|LD_PRELOAD|LD_LIBRARY_PATH)$/i;
/** The variable that later steps find the key in; undefined: it was left empty on purpose. */
function readEnvName(reader) {
    if (reader.isEmpty('env-name'))
        return undefined;
    const name = reader.text('env-name');
    if (name === '')
        return undefined;
    if (!VARIABLE.test(name)) {
        const fix = 'use letters, digits and `_` only, or leave it empty so that the key is not exported';
        reader.problem('env-name', { message: 'is not the name of an environment variable', fix }, name);
    }
    else if (RESERVED.test(name)) {
        const message = 'is a variable that the runner or the system uses itself';
        reader.problem('env-name', { message, fix: 'take another name, like `MUTX_API_KEY`' }, name);
    }
    return name;
}


/***/ }),

/***/ 9841:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   NI: () => (/* binding */ targetOfDefaultName),
/* harmony export */   SG: () => (/* binding */ randomDigits),
/* harmony export */   WJ: () => (/* binding */ isMadeHere),
/* harmony export */   YV: () => (/* binding */ neighboursOf),
/* harmony export */   rH: () => (/* binding */ LONGEST_KEY_NAME),
/* harmony export */   uL: () => (/* binding */ defaultKeyName),
/* harmony export */   v$: () => (/* binding */ perRunPrefix),
/* harmony export */   wC: () => (/* binding */ perRunName)
/* harmony export */ });
/* unused harmony export perMachinePrefix */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var _targets_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4716);


/** MUTX takes names of at most 255 characters. */
const LONGEST_KEY_NAME = 255;
/** A part that had to be cut ends with `~` and this many hex digits of the whole part's SHA-256. */
const HASH_DIGITS = 16;
/** What people recognise a part by stays. With five parts at most, that always fits. */
const SHORTEST_CUT = 20;
/** Digits of a run's number and of an attempt's that fit without a cut. */
const LONGEST_RUN = 20;
const LONGEST_ATTEMPT = 6;
const RANDOM_DIGITS = 12;
/** What a per-run name has after its prefix, the job cut as far as it can be. */
const SHORTEST_END = LONGEST_RUN + 1 + LONGEST_ATTEMPT + 1 + (SHORTEST_CUT + 1 + HASH_DIGITS) + 1 + RANDOM_DIGITS;
/**
 * The name of a target's key where the user gives none: `gha/{owner}/{repo}/{SECRET}`, and so on (protocol,
 * "Names"). The same for every spelling of the same target, different for different ones.
 * @param host of the GitHub server, with its port if it has one
 */
function defaultKeyName(target, host) {
    return fitted(partsOf(target, host), LONGEST_KEY_NAME);
}
/** Whether this tool makes names like that by itself: for a target, or for a run; on any server. */
function isMadeHere(name) {
    return /^(?:[^/]+\/)?gha\//u.test(name) || /^exec\/.+\/run\//u.test(name);
}
/** What the default names of keys look like, less the host of another server. */
const DEFAULT_NAME = /^gha\/([^/]+)(?:\/([^/@]+)(?:@(.+))?)?\/(?:(dependabot|codespaces|agents):)?([A-Z_][A-Z0-9_]*)$/su;
/**
 * The target whose key has this name by default; undefined: there is none. A name that had to be cut says no more
 * whose it is.
 */
function targetOfDefaultName(name, host) {
    const server = host.toLowerCase();
    const own = server === 'github.com' ? name : name.slice(server.length + 1);
    const [matched, owner, repo, environment, store = 'actions', secretName = ''] = DEFAULT_NAME.exec(own) ?? [];
    if (matched === undefined)
        return undefined;
    const place = repo === undefined ? `org:${owner}` : `${owner}/${repo}`;
    const inside = environment === undefined ? '' : `@${environment}`;
    const parsed = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .parseTarget */ .hu)(`${store}:${place}${inside}`, secretName);
    return parsed.ok && defaultKeyName(parsed.value, host) === name ? parsed.value : undefined;
}
/**
 * How the per-run names of a repository begin: `gha/{owner}/{repo}/run/`. Whatever comes after it, it is the same
 * for all of them, so it is cut, where it is too long, for the longest end there can be.
 */
function perRunPrefix(repository, host) {
    const { start, root } = beginning(host);
    const end = '/run/';
    const parts = [...start, ...repositoryParts(root, repository)];
    return fitted(parts, LONGEST_KEY_NAME - SHORTEST_END - end.length) + end;
}
/**
 * How the names of keys begin that a machine makes for itself, outside of any repository: `exec/{host name}/run/`.
 * What follows has the form of a per-run name, so that a sweep on the same machine knows it again.
 */
function perMachinePrefix(hostname) {
    const text = hostname.toLowerCase().replace(/[^a-z0-9._-]/g, '-') || 'localhost';
    const end = '/run/';
    return fitted([{ before: 'exec/', text }], LONGEST_KEY_NAME - SHORTEST_END - end.length) + end;
}
/** `{prefix}{run_id}.{attempt}/{job}/{random}` (protocol, "Names"); no two steps have the same. */
function perRunName(prefix, { run, attempt, job, random }) {
    const parts = [{ before: `${prefix}${run}.${attempt}/`, text: job }];
    return `${fitted(parts, LONGEST_KEY_NAME - 1 - random.length)}/${random}`;
}
function randomDigits() {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(RANDOM_DIGITS / 2).toString('hex');
}
/** The parts as one text, the longest of them cut as far as is needed. */
function fitted(parts, longestName) {
    const name = () => parts.map(({ before, text }) => before + text).join('');
    const cut = new Set();
    while (name().length > longestName) {
        const longest = parts
            .filter((part) => !cut.has(part))
            .reduce((one, other) => (other.text.length > one.text.length ? other : one));
        longest.text = shortened(longest.text, name().length - longestName);
        cut.add(longest);
    }
    return name();
}
function partsOf(target, host) {
    const store = target.store === 'actions' ? '/' : `/${target.store}:`;
    const end = { before: store, text: target.secretName };
    const { start, root } = beginning(host);
    switch (target.kind) {
        case 'organisation':
            return [...start, { before: root, text: target.org.toLowerCase() }, end];
        case 'repository':
            return [...start, ...repositoryParts(root, target), end];
        case 'environment': {
            const environment = { before: '@', text: target.environment.toLowerCase() };
            return [...start, ...repositoryParts(root, target), environment, end];
        }
    }
}
/** Names on different servers are different. */
function beginning(host) {
    return host.toLowerCase() === 'github.com'
        ? { start: [], root: 'gha/' }
        : { start: [{ before: '', text: host.toLowerCase() }], root: '/gha/' };
}
function repositoryParts(root, { owner, repo }) {
    return [
        { before: root, text: owner.toLowerCase() },
        { before: '/', text: repo.toLowerCase() },
    ];
}
/** Cuts `excess` characters, as far as {@link SHORTEST_CUT} allows, and never within a pair of surrogates. */
function shortened(text, excess) {
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
    const kept = text.slice(0, Math.max(SHORTEST_CUT, text.length - excess - HASH_DIGITS - 1));
    return `${kept.replace(/[\uD800-\uDBFF]$/, '')}~${hash}`;
}
/** Stores of a repository in which a secret of the same name is most likely another target of the same key. */
const STORES = ['actions', 'dependabot', 'codespaces'];
/** Of more targets than this no neighbours are read: a fan-out has its requests for other things. */
const MOST_TARGETS = 4;
/** The same secret in the other stores of the targets' repositories; none of them a target itself. */
function neighboursOf(targets) {
    if (targets.length > MOST_TARGETS)
        return [];
    const known = new Set(targets.map(_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .identityOf */ .cu));
    const found = new Map();
    for (const target of targets) {
        if (target.kind === 'organisation')
            continue;
        for (const store of STORES) {
            const parsed = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .parseTarget */ .hu)(`${store}:${target.owner}/${target.repo}`, target.secretName);
            if (parsed.ok && !known.has((0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .identityOf */ .cu)(parsed.value))) {
                found.set((0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .identityOf */ .cu)(parsed.value), parsed.value);
            }
        }
    }
    return [...found.values()];
}


/***/ }),

/***/ 5609:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E9: () => (/* binding */ parseDuration),
/* harmony export */   En: () => (/* binding */ allowedText),
/* harmony export */   cG: () => (/* binding */ parseInteger),
/* harmony export */   yG: () => (/* binding */ parseBoolean)
/* harmony export */ });
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const WHOLE = /^(?:0|[1-9]\d{0,8})$/;
const DURATION = /^(0|[1-9]\d{0,5})([smhd])$/;
const MS_IN = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/**
 * A boolean of YAML 1.2's core schema, as `core.getBooleanInput` takes them (https://yaml.org/spec/1.2/spec.html#id2804923).
 * @returns undefined for anything else
 */
function parseBoolean(text) {
    if (TRUE.test(text))
        return true;
    return FALSE.test(text) ? false : undefined;
}
/** A whole number without sign, exponent or leading zeros; undefined for anything else or out of range. */
function parseInteger(text, range) {
    if (!WHOLE.test(text))
        return undefined;
    const value = Number(text);
    return value >= range.min && value <= range.max ? value : undefined;
}
/** `90s`, `15m`, `6h`, `7d` or `0`, in milliseconds; undefined for anything else. Days are 24 hours. */
function parseDuration(text) {
    if (text === '0')
        return 0;
    const match = DURATION.exec(text);
    return match === null ? undefined : Number(match[1]) * MS_IN[match[2]];
}
/** The values an input of this kind takes, for people; reads on from "allowed:". */
function allowedText(kind) {
    switch (kind.type) {
        case 'text':
        case 'credential':
        case 'password':
            return kind.allowed;
        case 'url':
            return 'an https URL without credentials, query or fragment (http for loopback hosts only)';
        case 'secret-name':
            return 'letters, digits and `_`, not beginning with a digit or `GITHUB_`';
        case 'boolean':
            return '`true` or `false`';
        case 'duration':
            return 'a whole number and its unit, like `90s`, `15m`, `6h` or `7d`; or `0`';
        case 'integer':
            return `a whole number from ${kind.min} to ${kind.max}`;
        case 'choice':
            return kind.of.map((choice) => `\`${choice}\``).join(', ');
    }
}


/***/ }),

/***/ 3242:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  zS: () => (/* binding */ readAccess)
});

// UNUSED EXPORTS: WHY_NO_REPOSITORY, loadAccess

// EXTERNAL MODULE: ./lib/mutx/jwt.js
var jwt = __nccwpck_require__(4371);
// EXTERNAL MODULE: ./lib/secrets/shapes.js
var shapes = __nccwpck_require__(6111);
// EXTERNAL MODULE: ./lib/config/credential/empty-secrets.js
var empty_secrets = __nccwpck_require__(887);
// EXTERNAL MODULE: ./lib/config/credential/pasted.js
var pasted = __nccwpck_require__(5605);
;// CONCATENATED MODULE: ./lib/config/credential/credential.js




const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u;
/** Line breaks are of the file or the clipboard; other white space may be part of a password. */
const OUTER_LINE_BREAKS = /^[\r\n]+|(?<![\r\n])[\r\n]+$/g;
/**
 * The one credential for MUTX that was given. None, and more than one kind, are problems, told without values;
 * then, and when it is not usable, undefined.
 */
function readCredential(from) {
    const { reader } = from;
    const given = [
        ...(reader.isGiven('bootstrap-jwt') ? [['`bootstrap-jwt`', () => bootstrap(from)]] : []),
        ...(reader.isGiven('refresh-token') ? [['`refresh-token`', () => refreshToken(from)]] : []),
        ...(reader.isGiven('email') || reader.isGiven('password')
            ? [['`email` and `password`', () => credential_password(from)]]
            : []),
    ];
    const credentials = given.map(([, read]) => read());
    if (given.length === 1)
        return credentials[0];
    if (given.length === 0) {
        const refreshes = reader.takes('refresh-token');
        const { reason, fix } = (0,empty_secrets/* whyEmpty */.w)(from.env, ['email', 'password'], ...(refreshes ? [['refresh-token']] : []), ['bootstrap-jwt']);
        const refreshing = refreshes ? '`refresh-token`, ' : '';
        reader.problems.push({
            input: undefined,
            message: `no MUTX credential was given: ${reason}`,
            allowed: `\`email\` and \`password\`, ${refreshing}or \`bootstrap-jwt\``,
            fix: `give \`email\` and \`password\` of a service account, ${refreshing}or, for a single run, \`bootstrap-jwt\`; ${fix}`,
        });
    }
    else {
        reader.problem('bootstrap-jwt', {
            message: `is one of the inputs for a credential, and more than one kind was given: ${given.map(([names]) => names).join(', ')}`,
            fix: 'keep one of them and remove the others',
        });
    }
    return undefined;
}
/**
 * The token that writes secrets; undefined when it is missing or cannot be one. That it is missing is a problem
 * where the action requires it, and where a refresh token's successor has to be stored.
 */
function readGithubToken({ reader, env, secrets }, refreshes) {
    const token = reader.raw('github-token').trim();
    if (token === '') {
        const { reason, fix } = (0,empty_secrets/* whyEmpty */.w)(env, ['github-token']);
        if (reader.requires('github-token')) {
            reader.problem('github-token', { message: `is empty: ${reason}`, fix });
        }
        else if (refreshes) {
            const message = `is empty, but the successor of the refresh token has to be stored as a secret: ${reason}`;
            reader.problem('github-token', { message, fix });
        }
        return undefined;
    }
    return usable(reader, 'github-token', (0,pasted/* mutxTokenComplaint */.pU)(token) ?? (0,pasted/* tokenComplaint */.FB)(token))
        ? secrets.admit(token)
        : undefined;
}
function bootstrap({ reader, secrets }) {
    const input = 'bootstrap-jwt';
    const text = reader.raw(input).trim();
    if (!usable(reader, input, (0,pasted/* githubTokenComplaint */.mW)(text) ?? (0,pasted/* tokenComplaint */.FB)(text)))
        return undefined;
    const token = secrets.admit(text);
    const claims = (0,jwt/* decodeJwt */.i)(text);
    if (claims?.type === 'access')
        return { kind: 'access-jwt', input, token, expiresAt: claims.exp };
    if (claims?.type !== 'refresh')
        return { kind: 'opaque', input, token };
    if (reader.takes('refresh-token'))
        return { kind: 'refresh-token', input, token, expiresAt: claims.exp };
    reader.problem(input, SINGLE_USE);
    return undefined;
}
const SINGLE_USE = {
    message: 'holds a refresh JWT, which is good for a single use and cannot serve jobs that run side by side',
    fix: 'give `email` and `password` of a service account, or an access JWT',
};
function refreshToken({ reader, secrets }) {
    const input = 'refresh-token';
    const text = reader.raw(input).trim();
    const complaint = (0,pasted/* githubTokenComplaint */.mW)(text) ?? (0,pasted/* tokenComplaint */.FB)(text) ?? notRefreshing(text);
    if (!usable(reader, input, complaint))
        return undefined;
    return { kind: 'refresh-token', input, token: secrets.admit(text), expiresAt: (0,jwt/* decodeJwt */.i)(text)?.exp };
}
function credential_password({ reader, env, secrets }) {
    const text = reader.raw('password').replace(OUTER_LINE_BREAKS, '');
    if (!reader.isGiven('password')) {
        const { reason, fix } = (0,empty_secrets/* whyEmpty */.w)(env, ['password']);
        reader.problem('password', { message: `is empty, but \`email\` was given: ${reason}`, fix });
    }
    else
        usable(reader, 'password', (0,pasted/* githubTokenComplaint */.mW)(text) ?? (0,pasted/* passwordComplaint */.de)(text));
    const email = reader.text('email');
    if (!reader.isGiven('email')) {
        const { reason, fix } = (0,empty_secrets/* whyEmpty */.w)(env, ['email']);
        reader.problem('email', { message: `is empty, but \`password\` was given: ${reason}`, fix });
    }
    else if (email !== '' && !EMAIL.test(email)) {
        reader.problem('email', { message: 'is not an e-mail address', fix: 'give it as `name@example.com`' });
    }
    return reader.problems.length > 0
        ? undefined
        : { kind: 'password', input: 'password', email, password: secrets.admit(text) };
}
/** An access token or an API key cannot be exchanged, and trying would be taken for an attack. */
function notRefreshing(token) {
    const type = (0,jwt/* decodeJwt */.i)(token)?.type;
    if (type !== 'access' && !(0,shapes/* beginsAsMutxKey */.s1)(token))
        return undefined;
    return {
        message: type === 'access' ? 'holds an access JWT, not a refresh JWT' : 'holds an API key, not a refresh JWT',
        fix: 'give it as `bootstrap-jwt`, or give the `refresh_token` of the login reply here',
    };
}
function usable(reader, input, complaint) {
    if (complaint !== undefined)
        reader.problem(input, complaint);
    return complaint === undefined;
}

// EXTERNAL MODULE: ./lib/config/reader.js
var reader = __nccwpck_require__(1395);
// EXTERNAL MODULE: ./lib/config/targets.js
var targets = __nccwpck_require__(4716);
// EXTERNAL MODULE: ./lib/config/load/rotate-targets.js
var rotate_targets = __nccwpck_require__(6015);
;// CONCATENATED MODULE: ./lib/config/load/access.js




/** The variable in which a command line says why it found no repository. No shell can set one of this name. */
const WHY_NO_REPOSITORY = 'GITHUB_REPOSITORY: why not';
/** Reads what all actions have in common, credentials first. @param env the process's environment */
function readAccess(reader, env, secrets) {
    const sources = { reader, env, secrets };
    const credential = readCredential(sources);
    const refreshes = credential?.kind === 'refresh-token';
    const githubToken = readGithubToken(sources, refreshes);
    const here = thisRepository(reader, env, secrets);
    const apiUrl = reader.url('api-url');
    const githubApiUrl = reader.runnerUrl('GITHUB_API_URL', 'https://api.github.com');
    const { host } = reader.runnerUrl('GITHUB_SERVER_URL', 'https://github.com');
    const refreshTokenSecret = (0,rotate_targets/* readRefreshTokenSecret */.hu)(reader, refreshes ? here : undefined);
    return { credential, githubToken, apiUrl, githubApiUrl, host, here, refreshTokenSecret };
}
function thisRepository(reader, env, secrets) {
    const input = 'GITHUB_REPOSITORY';
    const given = env[input] ?? '';
    const why = env[WHY_NO_REPOSITORY];
    const repository = (0,targets/* parseRepository */.SU)(given);
    let noted = false;
    return () => {
        if (repository !== undefined)
            return repository;
        if (!noted) {
            reader.problems.push({
                input,
                message: why === undefined
                    ? 'does not name the repository that this is about'
                    : `is not known: ${secrets.quote(why, 400)}`,
                ...(given === '' ? {} : { given: secrets.quote(given, 100) }),
                allowed: '`owner/repo`',
                fix: 'at the command line give `--repository owner/repo`, or set the variable; in GitHub Actions the runner sets it',
            });
        }
        noted = true;
        return { owner: 'unreadable', repo: 'unreadable' };
    };
}
/**
 * What it takes to call MUTX, and nothing else: for the plain operations of the command line, which take the same
 * credentials as the action that revokes.
 */
function loadAccess(env, secrets) {
    const reader = new InputReader(env, secrets, 'revoke');
    const { credential, githubToken, apiUrl, githubApiUrl, refreshTokenSecret } = readAccess(reader, env, secrets);
    const { problems, warnings } = reader;
    if (credential === undefined || problems.length > 0)
        return { ok: false, problems, warnings, credential };
    return {
        ok: true,
        value: { credential, githubToken, apiUrl, githubApiUrl, refreshTokenSecret },
        warnings,
    };
}


/***/ }),

/***/ 3784:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   YZ: () => (/* binding */ readKey),
/* harmony export */   er: () => (/* binding */ givenKeyName)
/* harmony export */ });
/* unused harmony export keyNameComplaint */
/* harmony import */ var _key_name_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9841);
/* harmony import */ var _rotate_targets_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6015);


const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** The name the user gave the key; empty: none. Notes what MUTX would not take. */
function givenKeyName(reader) {
    const name = reader.text('key-name');
    const complaint = name === '' ? undefined : keyNameComplaint(name);
    if (complaint !== undefined)
        reader.problem('key-name', complaint, name);
    return name;
}
/** What MUTX would not take of a name, or would store and nobody could ask for; undefined: nothing. */
function keyNameComplaint(name) {
    if (name.trim() === '')
        return { message: 'is empty', fix: 'give the key a name to find it by' };
    if (!name.isWellFormed()) {
        return { message: 'holds half of a character', fix: 'write it again; it was cut within a character' };
    }
    if (INVISIBLE.test(name)) {
        return { message: 'holds a line break or a control character', fix: 'write it in one line' };
    }
    if ([...name].length <= _key_name_js__WEBPACK_IMPORTED_MODULE_0__/* .LONGEST_KEY_NAME */ .rH)
        return undefined;
    return { message: `is longer than the ${_key_name_js__WEBPACK_IMPORTED_MODULE_0__/* .LONGEST_KEY_NAME */ .rH} characters that MUTX takes`, fix: 'shorten it' };
}
/** Targets written at the same time; GitHub asks for few concurrent writes. */
const CONCURRENCY = 4;
/**
 * Reads what one key is to be like, from the inputs of the action or from an entry of a fleet.
 * @param here the repository of this run, for a key without targets
 * @param host of the GitHub server, with its port if it has one
 */
function readKey(reader, here, host) {
    const targets = (0,_rotate_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .readTargets */ .R0)(reader, here);
    const audience = (0,_rotate_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .readAudience */ .hZ)(reader, targets);
    const settings = readSettings(reader, targets, host);
    const createEnvironment = reader.boolean('create-environment');
    refuseCredentials(reader, targets, settings.keyName);
    return { targets, audience, settings, createEnvironment };
}
/** All of that is in the outputs, and in the matrix of a fleet. A default name says nothing that its target does not. */
function refuseCredentials(reader, targets, keyName) {
    const input = reader.isGiven('environment') ? 'environment' : 'targets';
    const inPlace = targets.some(({ label, secretName }) => [label, secretName].some((text) => reader.refuseCredential(input, text)));
    if (!inPlace)
        reader.refuseCredential('key-name', keyName);
}
function readSettings(reader, targets, host) {
    const keyName = keyNameOf(reader, targets, host);
    const [only, ...more] = targets;
    return {
        keyName,
        nameOfTarget: only !== undefined && more.length === 0 && keyName === (0,_key_name_js__WEBPACK_IMPORTED_MODULE_0__/* .defaultKeyName */ .uL)(only, host),
        expiresInDays: reader.integer('expires-in-days'),
        renewBefore: reader.duration('renew-before'),
        gracePeriod: reader.duration('grace-period') ?? 0,
        onQuota: reader.choice('on-quota') ?? 'fail',
        maxRevocations: reader.integer('max-revocations'),
        verify: reader.boolean('verify'),
        dryRun: reader.boolean('dry-run'),
        concurrency: CONCURRENCY,
    };
}
function keyNameOf(reader, targets, host) {
    const name = givenKeyName(reader);
    const [only, ...more] = targets;
    if (name !== '' || only === undefined)
        return name;
    if (more.length === 0)
        return (0,_key_name_js__WEBPACK_IMPORTED_MODULE_0__/* .defaultKeyName */ .uL)(only, host);
    reader.problem('key-name', {
        message: `is needed with more than one target (there are ${targets.length})`,
        fix: 'give the key a name of its own, one that no other list of targets uses',
    });
    return name;
}


/***/ }),

/***/ 6015:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O0: () => (/* binding */ readTargetList),
/* harmony export */   R0: () => (/* binding */ readTargets),
/* harmony export */   hZ: () => (/* binding */ readAudience),
/* harmony export */   hu: () => (/* binding */ readRefreshTokenSecret)
/* harmony export */ });
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1582);
/* harmony import */ var _targets_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4716);


/** Where the key is stored; a target listed twice, in any spelling, counts once. Empty if none can be read. */
function readTargets(reader, here) {
    const secretName = reader.secretName('secret-name');
    const text = reader.text('targets');
    const environment = reader.text('environment');
    if (reader.isGiven('targets') && reader.isGiven('environment')) {
        reader.problem('environment', {
            message: 'was given together with `targets`, and is shorthand for it',
            fix: 'keep one of them; in `targets` an environment is written `owner/repo@environment`',
        });
    }
    if (text !== '')
        return readTargetList(reader, secretName);
    if (environment === '')
        return reader.isGiven('targets') ? [] : [(0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .repositoryTarget */ .IX)(here, secretName)];
    const target = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .environmentTarget */ .rW)(here, environment, secretName);
    return accepted(reader, 'environment', environment, target);
}
/** The input `targets` alone; empty where it is not given, or none can be read. @param secretName where a line names none */
function readTargetList(reader, secretName) {
    const text = reader.text('targets');
    if (text === '')
        return [];
    const lines = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .targetLines */ .NR)(text);
    if (lines.length === 0) {
        reader.problem('targets', {
            message: 'holds comments only',
            fix: 'name at least one target, or leave the input out',
        });
    }
    const targets = lines.flatMap((line) => accepted(reader, 'targets', line, (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .parseTarget */ .hu)(line, secretName)));
    return [
        ...new Map(targets.toReversed().map((target) => [(0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .identityOf */ .cu)(target), target])).values(),
    ].toReversed();
}
/**
 * Where a refresh token's successor goes; undefined if the input cannot be read, or is not needed.
 * @param here undefined: there is no refresh token, and the input is only checked
 */
function readRefreshTokenSecret(reader, here) {
    const text = reader.text('refresh-token-secret');
    if (text === '')
        return undefined;
    const name = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .parseSecretName */ .bK)(text);
    if (name !== undefined)
        return here && (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .repositoryTarget */ .IX)(here(), name);
    const target = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .parseTarget */ .hu)(text, _table_js__WEBPACK_IMPORTED_MODULE_0__/* .INPUTS */ .mc['refresh-token-secret'].verbs.rotate.default);
    const [successor] = accepted(reader, 'refresh-token-secret', text, target);
    return here && successor;
}
/** Whom a new organisation secret is for. */
function readAudience(reader, targets) {
    const visibility = reader.choice('visibility');
    const input = 'selected-repositories';
    const text = reader.text(input);
    const given = text
        .split(/[,\r\n]/)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
    const unreadable = text === '' && reader.isGiven(input);
    reader.refuseCredential(input, text);
    if (visibility === 'selected' && given.length === 0 && !unreadable) {
        reader.problem(input, {
            message: 'is empty, but `visibility` is `selected`',
            fix: 'name the repositories that may read the secret, or choose another visibility',
        });
    }
    else if (visibility !== 'selected' && given.length > 0) {
        reader.problem(input, {
            message: 'was given, but `visibility` is not `selected`',
            fix: 'set `visibility: selected`, or leave the input out',
        });
    }
    const organisations = targets.flatMap((target) => (target.kind === 'organisation' ? [target.org] : []));
    for (const entry of given) {
        if (isSelectable(entry, organisations))
            continue;
        reader.problem(input, {
            message: "is not a list of the organisation's repositories",
            fix: 'write each as `repo`, `org/repo` (of the organisation whose secret it is), or by its id',
        }, entry);
    }
    return { visibility, selectedRepositories: [...new Set(given)] };
}
/** `repo`, an id, or `org/repo` where that is the organisation of every target that has one. */
function isSelectable(entry, organisations) {
    if (!entry.includes('/'))
        return (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .isRepository */ .Z6)(entry);
    const owner = (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .parseRepository */ .SU)(entry)?.owner.toLowerCase();
    return owner !== undefined && organisations.every((org) => org.toLowerCase() === owner);
}
function accepted(reader, input, text, target) {
    if (target.ok)
        return [target.value];
    const fix = 'correct it; see the grammar of `targets` in the README';
    reader.problem(input, { message: target.message, fix }, text);
    return [];
}


/***/ }),

/***/ 8298:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AP: () => (/* binding */ refreshTokenWarnings),
/* harmony export */   Hr: () => (/* binding */ aboutName),
/* harmony export */   dT: () => (/* binding */ warningsFor)
/* harmony export */ });
/* harmony import */ var _core_text_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(9716);
/* harmony import */ var _key_name_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9841);
/* harmony import */ var _targets_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4716);



/** About a refresh token and its successor, what is allowed and most likely not meant. One printable line each. */
function refreshTokenWarnings({ credential, refreshTokenSecret }, reader) {
    if (refreshTokenSecret === undefined) {
        return reader.isDefault('refresh-token-secret')
            ? []
            : ['`refresh-token-secret` has no effect without a refresh token'];
    }
    if (credential.input !== 'bootstrap-jwt')
        return [];
    return [
        `\`bootstrap-jwt\` holds a refresh JWT, which is good for a single use: its successor will be stored as ${refreshTokenSecret.secretName}, and the next run must be given that one, as \`refresh-token\``,
    ];
}
const DAY = 86_400_000;
/** What is allowed, and most likely not what was meant. One printable line each. */
function warningsFor(inputs, reader, env) {
    return [
        ...aboutTiming(inputs),
        ...aboutGrace(inputs),
        ...refreshTokenWarnings(inputs, reader),
        ...aboutTargets(inputs),
        ...aboutEvent(env),
    ];
}
function aboutTiming({ settings: { renewBefore, expiresInDays } }) {
    if (renewBefore === 0) {
        return [
            '`renew-before: 0` renews a key only once it has expired: the stored key is dead until the next run',
        ];
    }
    return renewBefore === undefined || renewBefore < expiresInDays * DAY
        ? []
        : ['`renew-before` is not shorter than `expires-in-days`, so every run rotates'];
}
function aboutGrace({ settings: { gracePeriod, expiresInDays } }) {
    return gracePeriod < expiresInDays * DAY
        ? []
        : [
            '`grace-period` is not shorter than `expires-in-days`: no run rotates before it is over, so the stored key expires first, and is dead until the next run',
        ];
}
function aboutTargets({ audience, settings, targets }) {
    const shared = targets.some((target) => target.kind === 'organisation');
    const encoded = targets.flatMap((target) => {
        const decoded = target.kind === 'environment' ? (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .decodedName */ .Uq)(target.environment) : undefined;
        return decoded === undefined
            ? []
            : [
                `the environment of ${target.label} is named as if it were URL-encoded; names are written as they are: did you mean \`${(0,_core_text_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g)(decoded, 100)}\`?`,
            ];
    });
    return [
        ...encoded,
        ...(audience.visibility !== undefined && !shared
            ? ['`visibility` has no effect: no target is an organisation secret']
            : []),
        ...(settings.gracePeriod > 0 && shared
            ? [
                'with a `grace-period`, keys superseded in an organisation secret are not revoked by later runs: revoke them by a job fed with `superseded-key-ids`, or let them expire',
            ]
            : []),
    ];
}
/** A name that is another target's by default, whose key would be revoked. */
function aboutName({ settings: { keyName, nameOfTarget }, targets }, host) {
    const place = nameOfTarget === true ? undefined : (0,_key_name_js__WEBPACK_IMPORTED_MODULE_0__/* .targetOfDefaultName */ .NI)(keyName, host);
    if (place === undefined || targets.some((target) => (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .identityOf */ .cu)(target) === (0,_targets_js__WEBPACK_IMPORTED_MODULE_1__/* .identityOf */ .cu)(place)))
        return [];
    const { label, secretName } = place;
    return [
        `\`key-name\` is the default name of the key in ${label} (${secretName}), which is not in \`targets\`: if a rotation stored one there, this one revokes it. Add ${label} to \`targets\`, or choose another name`,
    ];
}
function aboutEvent(env) {
    return env['GITHUB_EVENT_NAME'] === 'pull_request_target'
        ? [
            'this run was started by `pull_request_target`: anybody who can open a pull request makes it rotate, with your secrets; use `schedule` or `workflow_dispatch`',
        ]
        : [];
}


/***/ }),

/***/ 1395:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ InputReader)
/* harmony export */ });
/* harmony import */ var _core_text_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(9716);
/* harmony import */ var _credential_pasted_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5605);
/* harmony import */ var _kinds_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(5609);
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1582);
/* harmony import */ var _targets_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(4716);
/* harmony import */ var _unknown_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7624);
/* harmony import */ var _urls_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(7886);







/** Stands for a URL that could not be read; nothing is ever sent there. */
const UNREADABLE_URL = new URL('https://unreadable.invalid');
const HOLDS_A_CREDENTIAL = {
    message: 'holds a credential that was given in another input (a default name: in the name of a repository, an environment or a secret)',
    fix: 'take it out, or take another password: what is part of a name or an address is no secret',
};
/**
 * The inputs of one action, out of the runner's variables. Reading never throws: what is wrong is noted, so
 * that all of it can be told at once, and reading goes on with a value of the right type that is not to be used.
 */
class InputReader {
    problems = [];
    warnings;
    #env;
    #secrets;
    #verb;
    #own;
    constructor(env, secrets, verb) {
        this.#env = env;
        this.#secrets = secrets;
        this.#verb = verb;
        this.#own = new Set((0,_table_js__WEBPACK_IMPORTED_MODULE_2__/* .inputsOf */ .Vc)(verb));
        this.#admitAll();
        this.warnings = (0,_unknown_js__WEBPACK_IMPORTED_MODULE_3__/* .unknownInputs */ .qs)(env, verb).map(_unknown_js__WEBPACK_IMPORTED_MODULE_3__/* .unknownText */ .qL);
    }
    /** Whether this action has the input at all. */
    takes(name) {
        return this.#own.has(name);
    }
    /** Whether nothing works without it. */
    requires(name) {
        return (0,_table_js__WEBPACK_IMPORTED_MODULE_2__/* .specOf */ .rI)(name).verbs[this.#verb]?.required === true;
    }
    /** A credential or password as it was given, untrimmed; empty if it was not. */
    raw(name) {
        return this.#given(name);
    }
    /** Whether the user, or the default in action.yml, gave anything but white space. */
    isGiven(name) {
        return this.#given(name).trim() !== '';
    }
    /** Whether it was given, and is empty: not the same, to some inputs, as not given at all. */
    isEmpty(name) {
        return this.#env[(0,_unknown_js__WEBPACK_IMPORTED_MODULE_3__/* .variableOf */ .Qn)(name)]?.trim() === '';
    }
    /** Whether the input says what it would say if it were left out. */
    isDefault(name) {
        return !this.isGiven(name) || this.#given(name).trim() === this.#default(name);
    }
    /** The input's text, trimmed; its default where it is unset. Empty for one that cannot be read. */
    text(name) {
        const given = this.#given(name).trim();
        if (given === '')
            return this.#default(name);
        const complaint = (0,_credential_pasted_js__WEBPACK_IMPORTED_MODULE_0__/* .literalExpression */ .Sz)(given) ?? (0,_credential_pasted_js__WEBPACK_IMPORTED_MODULE_0__/* .misplacedCredential */ .y)(given);
        if (complaint === undefined)
            return given;
        this.problem(name, complaint);
        return '';
    }
    boolean(name) {
        return this.#parsed(name, _kinds_js__WEBPACK_IMPORTED_MODULE_1__/* .parseBoolean */ .yG, 'is not a boolean') ?? false;
    }
    integer(name) {
        const { kind } = _table_js__WEBPACK_IMPORTED_MODULE_2__/* .INPUTS */ .mc[name];
        const value = this.#parsed(name, (text) => (0,_kinds_js__WEBPACK_IMPORTED_MODULE_1__/* .parseInteger */ .cG)(text, kind), `is not ${(0,_kinds_js__WEBPACK_IMPORTED_MODULE_1__/* .allowedText */ .En)(kind)}`);
        return value ?? kind.min;
    }
    /** undefined: not given */
    duration(name) {
        return this.#parsed(name, _kinds_js__WEBPACK_IMPORTED_MODULE_1__/* .parseDuration */ .E9, 'is not a duration');
    }
    /** undefined: not given */
    choice(name) {
        const choices = _table_js__WEBPACK_IMPORTED_MODULE_2__/* .INPUTS */ .mc[name].kind.of;
        return this.#parsed(name, (text) => choices.find((choice) => choice === text), 'is none of its values');
    }
    secretName(name) {
        return (this.#parsed(name, _targets_js__WEBPACK_IMPORTED_MODULE_4__/* .parseSecretName */ .bK, 'is not a name that GitHub allows for a secret') ?? 'UNREADABLE');
    }
    url(name) {
        const text = this.text(name);
        return text === '' ? UNREADABLE_URL : this.#base(name, text);
    }
    /** A URL that the runner gives in a variable of its own; `otherwise` where it does not. */
    runnerUrl(variable, otherwise) {
        return this.#base(variable, this.#env[variable] || otherwise);
    }
    /** Notes what is wrong with an input; `given` is left out for credentials. */
    problem(name, complaint, given) {
        const allowed = (0,_kinds_js__WEBPACK_IMPORTED_MODULE_1__/* .allowedText */ .En)((0,_table_js__WEBPACK_IMPORTED_MODULE_2__/* .specOf */ .rI)(name).kind);
        // What it is shown as lacks the very character that is wrong.
        const hidden = given === undefined ? undefined : (0,_core_text_js__WEBPACK_IMPORTED_MODULE_5__/* .invisibleIn */ .B)(given);
        const seen = hidden === undefined
            ? complaint
            : { ...complaint, message: `${complaint.message}: it holds an invisible character, ${hidden}` };
        this.problems.push({ input: name, ...seen, ...this.#shown(given), allowed });
    }
    /**
     * Notes a problem where a text that is to be handed on (an output, the note of a post step) holds a credential: it
     * would be withheld there.
     * @returns whether it does
     */
    refuseCredential(name, text) {
        const holds = [text, JSON.stringify(text)].some((form) => this.#secrets.holds(form));
        if (holds)
            this.problem(name, HOLDS_A_CREDENTIAL);
        return holds;
    }
    #parsed(name, parse, message) {
        const text = this.text(name);
        if (text === '')
            return undefined;
        const value = parse(text);
        if (value === undefined) {
            this.problem(name, { message, fix: `set \`${name}\` to one of the values allowed, or leave it out` }, text);
        }
        return value;
    }
    #base(input, text) {
        const parsed = (0,_urls_js__WEBPACK_IMPORTED_MODULE_6__/* .parseBaseUrl */ .Q2)(text);
        if (parsed.ok)
            return parsed.value;
        // The part before an `@` or after a `?` may be a password or a token.
        const shown = /[@?#]/.test(text) ? {} : this.#shown(text);
        const fix = 'give the base URL of the API alone, like `https://api.example.com`';
        const allowed = (0,_kinds_js__WEBPACK_IMPORTED_MODULE_1__/* .allowedText */ .En)({ type: 'url' });
        this.problems.push({ input, message: parsed.message, ...shown, allowed, fix });
        return UNREADABLE_URL;
    }
    #shown(given) {
        return given === undefined ? {} : { given: this.#secrets.quote(given, 100) };
    }
    #default(name) {
        return (0,_table_js__WEBPACK_IMPORTED_MODULE_2__/* .specOf */ .rI)(name).verbs[this.#verb]?.default ?? '';
    }
    /** Nothing for what this action does not take: the reading of inputs is shared, a foreign one is not read. */
    #given(name) {
        return this.#own.has(name) ? (this.#env[(0,_unknown_js__WEBPACK_IMPORTED_MODULE_3__/* .variableOf */ .Qn)(name)] ?? '') : '';
    }
    /** Before anything else: whatever may be a credential is masked, under a mistyped or foreign name too. */
    #admitAll() {
        for (const name of this.#own)
            this.#admit(name, this.#given(name));
        for (const { variable, name, meant } of (0,_unknown_js__WEBPACK_IMPORTED_MODULE_3__/* .unknownInputs */ .qs)(this.#env, this.#verb)) {
            this.#admit(meant ?? _table_js__WEBPACK_IMPORTED_MODULE_2__/* .INPUT_NAMES */ .Qh.find((foreign) => foreign === name), this.#env[variable] ?? '');
        }
    }
    #admit(name, text) {
        const type = name === undefined ? undefined : (0,_table_js__WEBPACK_IMPORTED_MODULE_2__/* .specOf */ .rI)(name).kind.type;
        if (type === 'credential')
            (0,_credential_pasted_js__WEBPACK_IMPORTED_MODULE_0__/* .admitToken */ .R$)(this.#secrets, text);
        else if (type === 'password')
            (0,_credential_pasted_js__WEBPACK_IMPORTED_MODULE_0__/* .admitPassword */ .jU)(this.#secrets, text);
        else
            (0,_credential_pasted_js__WEBPACK_IMPORTED_MODULE_0__/* .admitMisplaced */ .UZ)(this.#secrets, text);
    }
}


/***/ }),

/***/ 1582:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Lv: () => (/* binding */ isList),
/* harmony export */   Qh: () => (/* binding */ INPUT_NAMES),
/* harmony export */   Vc: () => (/* binding */ inputsOf),
/* harmony export */   hU: () => (/* binding */ VERBS),
/* harmony export */   mc: () => (/* binding */ INPUTS),
/* harmony export */   rI: () => (/* binding */ specOf),
/* harmony export */   tk: () => (/* binding */ USES)
/* harmony export */ });
/* unused harmony export textOf */
/**
 * The actions of this repository, in the order in which the docs tell of them. `plan` is for the reusable
 * workflows in it, and for the command line.
 */
const VERBS = ['rotate', 'ephemeral', 'revoke', 'audit', 'plan'];
/** What stands after `uses:` for each action, less the version. */
const USES = {
    rotate: 'mutx/api-key-action',
    ephemeral: 'mutx/api-key-action/ephemeral',
    revoke: 'mutx/api-key-action/revoke',
    audit: 'mutx/api-key-action/audit',
    plan: 'mutx/api-key-action/.github/actions/plan',
};
/**
 * Every input there is, once. `action.yml`, the README's tables (scripts/generate.mjs) and the reading of
 * inputs (reader.ts) all come from here.
 */
const INPUTS = {
    'bootstrap-jwt': {
        kind: { type: 'credential', allowed: 'a MUTX access JWT, refresh JWT or API key' },
        text: 'MUTX access JWT, which lives for 30 minutes. A refresh JWT is recognised and treated as `refresh-token`; anything else (an API key) is sent as it is. Exactly one of `bootstrap-jwt`, `refresh-token`, and `email` with `password` is needed.',
        verbs: {
            rotate: {},
            ephemeral: {
                text: 'MUTX access JWT, which lives for 30 minutes, or an API key, which is sent as it is. A refresh JWT is not taken here: it is good for a single use. Exactly one of `bootstrap-jwt`, and `email` with `password`, is needed.',
            },
            revoke: {},
            audit: {},
            plan: {},
        },
    },
    'refresh-token': {
        kind: { type: 'credential', allowed: 'a MUTX refresh JWT' },
        text: 'MUTX refresh JWT. It is good for a single use: it is exchanged, and its successor is stored in `refresh-token-secret` before anything else is done.',
        verbs: { rotate: {}, revoke: {}, audit: {}, plan: {} },
    },
    'refresh-token-secret': {
        kind: {
            type: 'text',
            allowed: 'the name of a secret, or a target like `owner/repo@environment as NAME`',
        },
        text: 'Secret that receives the successor of `refresh-token`: a name in this repository, or a target like `owner/repo@environment as NAME`.',
        brief: 'secret for its successor',
        verbs: {
            rotate: { default: 'MUTX_REFRESH_TOKEN' },
            revoke: { default: 'MUTX_REFRESH_TOKEN' },
            audit: { default: 'MUTX_REFRESH_TOKEN' },
            plan: { default: 'MUTX_REFRESH_TOKEN' },
        },
    },
    email: {
        kind: { type: 'text', allowed: 'an e-mail address' },
        text: 'E-mail address of a MUTX service account to log in with; goes with `password`.',
        brief: 'of a MUTX service account',
        verbs: { rotate: {}, ephemeral: {}, revoke: {}, audit: {}, plan: {} },
    },
    password: {
        kind: { type: 'password', allowed: "the service account's password" },
        text: 'Password of the service account. The session is logged out at the end of the run.',
        verbs: {
            rotate: {},
            ephemeral: { text: 'Password of the service account. Each session is logged out again.' },
            revoke: {},
            audit: {},
            plan: {},
        },
    },
    'api-url': {
        kind: { type: 'url' },
        text: 'Base URL of the MUTX API; `https` only, except for loopback hosts.',
        brief: 'MUTX API',
        verbs: {
            rotate: { default: 'https://api.mutx.dev' },
            ephemeral: { default: 'https://api.mutx.dev' },
            revoke: { default: 'https://api.mutx.dev' },
            audit: { default: 'https://api.mutx.dev' },
            plan: { default: 'https://api.mutx.dev' },
        },
    },
    'github-token': {
        kind: {
            type: 'credential',
            allowed: 'a personal access token or the token of a GitHub App that may write secrets',
        },
        text: 'Personal access token, or token of a GitHub App, that may write the secrets. `GITHUB_TOKEN` cannot, whatever its `permissions:`.',
        verbs: {
            rotate: { required: true },
            revoke: {
                text: 'Only with a refresh token: personal access token, or token of a GitHub App, that may write the secret for its successor. `GITHUB_TOKEN` cannot.',
            },
            audit: {
                text: 'Token that may read the metadata of the secrets in `targets`; with a refresh token, one that may also write the secret for its successor. `GITHUB_TOKEN` can do neither.',
            },
            plan: {
                required: true,
                text: 'Token that may read the metadata of the secrets; with a refresh token, one that may also write the secret for its successor. `GITHUB_TOKEN` can do neither.',
            },
        },
    },
    'secret-name': {
        kind: { type: 'secret-name' },
        text: 'Name of the secret that holds the key.',
        brief: 'secret that holds the key',
        verbs: { rotate: { default: 'MUTX_API_KEY' } },
    },
    targets: {
        kind: {
            type: 'text',
            list: true,
            allowed: 'one target a line: `owner/repo`, `owner/repo@environment` or `org:name`, with a store (`dependabot:`, `codespaces:`, `agents:`) before it and ` as OTHER_NAME` after it where wanted',
        },
        text: 'Where the key is stored, one target a line: `owner/repo`, `owner/repo@environment` or `org:name`, each with a store before it (`dependabot:`, `codespaces:`, `agents:`; else `actions:`) and ` as OTHER_NAME` after it where wanted. `#` at the start of a line or after white space starts a comment. Default: this repository.',
        brief: 'where the key is stored; repeat it for more',
        verbs: {
            rotate: {},
            audit: {
                text: 'Where the keys are stored, one target a line, as the rotation takes them; needs `github-token`. Adds the age of the secrets, and which key is the current one. A secret is called `MUTX_API_KEY` unless ` as OTHER_NAME` says otherwise. Default: secrets are not looked at.',
            },
        },
    },
    environment: {
        kind: { type: 'text', allowed: 'the name of one environment of this repository' },
        text: 'Shorthand for one target, this environment of this repository. Not together with `targets`.',
        brief: 'one environment of it, as the target',
        verbs: { rotate: {} },
    },
    visibility: {
        kind: { type: 'choice', of: ['all', 'private', 'selected'] },
        text: 'Who may read an organisation secret that does not exist yet: `all`, `private` or `selected`; needed to create one. A secret that exists keeps its own.',
        brief: 'who may read a new organisation secret',
        verbs: { rotate: {} },
    },
    'selected-repositories': {
        kind: {
            type: 'text',
            list: true,
            allowed: "names or ids of the organisation's repositories, separated by commas or lines",
        },
        text: "The organisation's repositories that may read the secret, by name or id, separated by commas or lines; for `visibility: selected`.",
        brief: 'repositories that may read it; repeatable',
        verbs: { rotate: {} },
    },
    'key-name': {
        kind: { type: 'text', allowed: 'one line of 1 to 255 characters' },
        text: 'Name of the key at MUTX, the unit of ownership: keys of exactly this name are made, and revoked, by this action only. Default: made of the target, like `gha/owner/repo/MUTX_API_KEY`; needed with more than one target.',
        brief: "the key's name at MUTX",
        verbs: {
            rotate: {},
            ephemeral: {
                text: 'Name of the key at MUTX. Default: one for each run and job, like `gha/owner/repo/run/4242.1/test/1f3a9c`, which later runs recognise as their own and sweep.',
            },
            revoke: { text: 'Every active key of exactly this name is revoked. Not together with `key-ids`.' },
            audit: { text: 'Report on the keys of exactly this name only. Default: on all keys of the account.' },
        },
    },
    'expires-in-days': {
        kind: { type: 'integer', min: 1, max: 365 },
        text: 'Days until the new key expires, 1 to 365.',
        brief: 'days until the new key expires',
        verbs: {
            rotate: { default: '30' },
            ephemeral: {
                default: '1',
                text: 'Days until the key expires should its revocation fail, 1 to 365.',
            },
        },
    },
    'renew-before': {
        kind: { type: 'duration' },
        text: 'Rotate only when the current key has less than this left, like `7d`. Default: every run rotates.',
        brief: 'only if less than this is left, like 7d',
        verbs: { rotate: {} },
    },
    'grace-period': {
        kind: { type: 'duration' },
        text: 'Keep a superseded key for this long, like `6h`, for jobs that were queued with it. `0`: it is revoked as soon as the secret is swapped.',
        brief: 'keep superseded keys for this long',
        verbs: { rotate: { default: '0' } },
    },
    'on-quota': {
        kind: { type: 'choice', of: ['fail', 'wait', 'replace'] },
        text: "When the account's plan has no place for one more key: `fail` before anything is changed, `wait` until a place becomes free by itself, or `replace` the stored key, which accepts a gap of seconds.",
        brief: 'fail, wait or replace when it is full',
        verbs: { rotate: { default: 'fail' } },
    },
    'create-environment': {
        kind: { type: 'boolean' },
        text: "Create a target's environment if it does not exist; otherwise that is an error.",
        brief: 'create one that is missing',
        verbs: { rotate: { default: 'false' } },
    },
    'max-revocations': {
        kind: { type: 'integer', min: 0, max: 1_000 },
        text: 'A run that would revoke more keys than this (expired and never-stored ones not counted) revokes none of them, and warns.',
        brief: 'revoke none if it were more keys',
        verbs: {
            rotate: { default: '5' },
            revoke: {
                default: '5',
                text: 'If more keys than this are to be revoked, none is, and the run fails naming them.',
            },
        },
    },
    verify: {
        kind: { type: 'boolean' },
        text: 'Call MUTX with the new key before it is stored.',
        brief: 'try the new key before it is used',
        verbs: {
            rotate: { default: 'true' },
            ephemeral: { default: 'true', text: 'Call MUTX with the new key before it is handed out.' },
        },
    },
    'dry-run': {
        kind: { type: 'boolean' },
        text: 'Print the plan and change nothing; but any use of a refresh token spends it, so its successor is stored all the same.',
        brief: 'say what would be done only',
        verbs: {
            rotate: { default: 'false' },
            revoke: {
                default: 'false',
                text: 'Say what would be revoked and change nothing; but any use of a refresh token spends it, so its successor is stored all the same.',
            },
        },
    },
    'env-name': {
        kind: {
            type: 'text',
            allowed: 'the name of an environment variable: letters, digits and `_`, not beginning with a digit; or nothing',
        },
        text: 'Environment variable in which later steps of the job find the key. Empty: it is not exported, and only the output has it.',
        brief: 'variable that holds the key',
        verbs: { ephemeral: { default: 'MUTX_API_KEY' } },
    },
    'quota-wait': {
        kind: { type: 'duration' },
        text: "How long to wait for a place when the account's plan has none left, like `2m`. `0`: not at all.",
        brief: 'how long to wait for a place in the plan',
        verbs: { ephemeral: { default: '2m' } },
    },
    sweep: {
        kind: { type: 'boolean' },
        text: 'First revoke what earlier runs of this repository left behind: keys of the default per-run names that have expired, or are older than `sweep-after`.',
        brief: 'first revoke what earlier runs left behind',
        verbs: { ephemeral: { default: 'true' } },
    },
    'sweep-after': {
        kind: { type: 'duration' },
        text: 'Also sweep such keys once they are older than this, like `6h`: longer than any job runs. Default: expired ones only.',
        brief: 'sweep such keys older than this, too',
        verbs: { ephemeral: {} },
    },
    'key-ids': {
        kind: {
            type: 'text',
            list: true,
            allowed: 'ids of keys, which are UUIDs: a JSON array, or separated by commas or lines',
        },
        text: 'Ids of the keys to revoke: a JSON array, such as the output `superseded-key-ids` of a rotation, or separated by commas or lines. Not together with `key-name`.',
        brief: 'ids of the keys to revoke; repeatable',
        verbs: { revoke: {} },
    },
    'if-none': {
        kind: { type: 'choice', of: ['fail', 'ignore'] },
        text: 'When no key at all, active or revoked, has the name: `fail`, with the names that are near it, or `ignore`, for scheduled clean-ups. The same for an id where MUTX keeps the records of revoked keys (`/v1`); where it forgets them, an id that is gone counts as done.',
        brief: 'fail or ignore if there is no such key',
        verbs: { revoke: { default: 'fail' } },
    },
    'not-before': {
        kind: { type: 'text', allowed: 'an instant in ISO 8601, UTC: `2026-11-23T21:14:05Z`' },
        text: 'Before this instant, by the clock of MUTX, none is revoked, and the run fails: the output `revoke-after` of a rotation, say. Empty: at any time.',
        brief: 'fail before this instant, by the clock of MUTX',
        verbs: { revoke: {} },
    },
    'max-age': {
        kind: { type: 'duration' },
        text: 'A key older than this is a finding. `0`: age is not looked at.',
        brief: 'a key older than this is a finding',
        verbs: { audit: { default: '90d' } },
    },
    'expiring-within': {
        kind: { type: 'duration' },
        text: 'A key that expires within this time is a finding, unless a younger one of its name takes its place; of keys that live no longer than three times this, the last third counts.',
        brief: 'so is one that expires within this time',
        verbs: { audit: { default: '7d' } },
    },
    'unused-for': {
        kind: { type: 'duration' },
        text: 'A key that nobody has used for this long is a finding, like `30d`. Default: use is not looked at.',
        brief: 'and one that was not used for this long',
        verbs: { audit: {} },
    },
    'require-expiry': {
        kind: { type: 'boolean' },
        text: 'A key that never expires is a finding.',
        brief: 'and one that never expires',
        verbs: { audit: { default: 'true' } },
    },
    'fail-on': {
        kind: { type: 'choice', of: ['none', 'warning', 'error'] },
        text: 'The run fails if there is a finding of this level or above; `none`: never for a finding.',
        brief: 'level of findings that fails the run',
        verbs: { audit: { default: 'error' } },
    },
    'fleet-file': {
        kind: { type: 'text', allowed: 'the path of a YAML file in the working folder' },
        text: 'File that declares the keys of a fleet and their targets.',
        verbs: { plan: { default: 'mutx-keys.yml' } },
    },
    key: {
        kind: { type: 'text', allowed: 'one key as an entry of a fleet, in JSON or YAML' },
        text: 'One key, as an entry of a fleet in JSON, in place of a file. Settings that are empty, and what is no setting of a key, are left out.',
        verbs: { plan: {} },
    },
};
const INPUT_NAMES = Object.keys(INPUTS);
function specOf(name) {
    return INPUTS[name];
}
/** Whether an input holds several values, one a line. */
function isList(name) {
    const { kind } = specOf(name);
    return kind.type === 'text' && kind.list === true;
}
/** The inputs that an action takes. */
function inputsOf(verb) {
    return INPUT_NAMES.filter((name) => specOf(name).verbs[verb] !== undefined);
}
/** What an input means to this action, for its users. */
function textOf(name, verb) {
    const { text, verbs } = specOf(name);
    return verbs[verb]?.text ?? text;
}


/***/ }),

/***/ 4716:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   IX: () => (/* binding */ repositoryTarget),
/* harmony export */   NR: () => (/* binding */ targetLines),
/* harmony export */   SU: () => (/* binding */ parseRepository),
/* harmony export */   Uq: () => (/* binding */ decodedName),
/* harmony export */   Z6: () => (/* binding */ isRepository),
/* harmony export */   bK: () => (/* binding */ parseSecretName),
/* harmony export */   cu: () => (/* binding */ identityOf),
/* harmony export */   hu: () => (/* binding */ parseTarget),
/* harmony export */   rW: () => (/* binding */ environmentTarget)
/* harmony export */ });
/* unused harmony exports isOwner, isEnvironment */
/* harmony import */ var _core_text_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(9716);

/**
 * What GitHub allows as names. A name that passes here is safe as one segment of a URL's path once it is
 * URL-encoded.
 */
/** Users, organisations, and enterprise-managed users (`name_company`). */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const SECRET = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const CONTROL = /\p{Cc}/u;
function isOwner(name) {
    return OWNER.test(name);
}
function isRepository(name) {
    return REPOSITORY.test(name) && !isDots(name);
}
/** Any letter, `/`, spaces and `%` are fine; at most 255 characters. */
function isEnvironment(name) {
    const fits = name.length > 0 && name.length <= 255 && name.isWellFormed();
    return fits && !CONTROL.test(name) && (0,_core_text_js__WEBPACK_IMPORTED_MODULE_0__/* .invisibleIn */ .B)(name) === undefined && !isDots(name);
}
/**
 * What a name would be if it had been URL-encoded by mistake (`prod%2Feu`); undefined: it is none such. Names are
 * written as they are, so such a name is another one than it looks like.
 */
function decodedName(name) {
    if (!/%[\dA-F]{2}/i.test(name))
        return undefined;
    try {
        return decodeURIComponent(name);
    }
    catch {
        return undefined;
    }
}
/** @returns the name in upper case, as GitHub keeps it; undefined if it is none */
function parseSecretName(text) {
    // Only a–z: other letters may have an upper case within A–Z (the long s, `ſ`).
    const upper = text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
    return SECRET.test(upper) ? upper : undefined;
}
/** URL parsers take `.` and `..` out of a path, even when they are encoded. */
function isDots(name) {
    return name === '.' || name === '..';
}
const STORE = /^(actions|dependabot|codespaces|agents)\s*:\s*/i;
const ORGANISATION = /^org\s*:\s*/i;
const PREFIX = /^([^\s/@:]*)\s*:/;
const OTHER_NAME = /\sas\s+(\S+)$/i;
const NO_NAME = /\sas$/i;
const COMMENT = /(?:^|\s)#.*$/s;
/** The lines of the input `targets` that name a target: without comments, blank lines and outer white space. */
function targetLines(text) {
    return text
        .split(/\r\n|\r|\n/)
        .map((line) => line.replace(COMMENT, '').trim())
        .filter((line) => line !== '');
}
/**
 * One target: `[store:] owner/repo[@environment] | org:name`, and ` as OTHER_NAME` where the secret is not
 * called `secretName`. In an environment's name the last ` as ` before a single word counts.
 */
function parseTarget(line, secretName) {
    if (NO_NAME.test(line) && !OTHER_NAME.test(line))
        return no('ends in ` as`, without a name after it');
    const other = OTHER_NAME.exec(line);
    const place = line.slice(0, other?.index).trim();
    const name = parseSecretName(other?.[1] ?? secretName);
    if (name === undefined)
        return no('names a secret that GitHub does not allow');
    const store = (STORE.exec(place)?.[1]?.toLowerCase() ?? 'actions');
    const rest = place.replace(STORE, '');
    return ORGANISATION.test(rest)
        ? organisation(store, rest.replace(ORGANISATION, ''), name)
        : repository(store, rest, name);
}
function organisation(store, org, secretName) {
    if (!isOwner(org))
        return no('does not name an organisation after `org:`');
    return yes({ kind: 'organisation', store, org, secretName, label: `${prefix(store)}org:${org}` });
}
function repository(store, place, secretName) {
    const at = place.indexOf('@');
    const name = (at < 0 ? place : place.slice(0, at)).trim();
    if (PREFIX.test(name))
        return no('begins with neither `org:` nor a store that GitHub has');
    const names = parseRepository(name);
    if (names === undefined)
        return no('does not name a repository as `owner/repo`');
    if (at < 0) {
        const label = `${prefix(store)}${names.owner}/${names.repo}`;
        return yes({ kind: 'repository', store, ...names, secretName, label });
    }
    if (store !== 'actions')
        return no('names an environment, and those have Actions secrets only');
    return environmentTarget(names, place.slice(at + 1).trim(), secretName);
}
/** The target `{repository}@{environment}`. */
function environmentTarget({ owner, repo }, environment, secretName) {
    if (!isEnvironment(environment))
        return no('does not name an environment that GitHub allows');
    const label = `${owner}/${repo}@${environment}`;
    return yes({ kind: 'environment', store: 'actions', owner, repo, environment, secretName, label });
}
/** The target `{repository}`, Actions secrets. */
function repositoryTarget({ owner, repo }, secretName) {
    return { kind: 'repository', store: 'actions', owner, repo, secretName, label: `${owner}/${repo}` };
}
/** `owner/repo`; undefined for anything else. */
function parseRepository(text) {
    const [owner = '', repo = '', ...more] = text.split('/');
    return isOwner(owner) && isRepository(repo) && more.length === 0 ? { owner, repo } : undefined;
}
/** Equal for two targets iff they are the same secret; GitHub's names are not case-sensitive. */
function identityOf(target) {
    return `${target.store}:${target.label} as ${target.secretName}`.toLowerCase();
}
function prefix(store) {
    return store === 'actions' ? '' : `${store}:`;
}
function yes(value) {
    return { ok: true, value };
}
function no(message) {
    return { ok: false, message };
}


/***/ }),

/***/ 7624:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LE: () => (/* binding */ nearestNames),
/* harmony export */   Qn: () => (/* binding */ variableOf),
/* harmony export */   pA: () => (/* binding */ nearest),
/* harmony export */   qL: () => (/* binding */ unknownText),
/* harmony export */   qs: () => (/* binding */ unknownInputs)
/* harmony export */ });
/* harmony import */ var _core_text_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9716);
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1582);


const PREFIX = 'INPUT_';
/** Typing errors that still let the input be recognised. */
const MOST_EDITS = 2;
/** The name of the variable in which the runner hands an input over: dashes stay. */
function variableOf(name) {
    return PREFIX + name.toUpperCase();
}
function unknownInputs(env, verb) {
    const own = (0,_table_js__WEBPACK_IMPORTED_MODULE_0__/* .inputsOf */ .Vc)(verb);
    const known = new Set(own.map(variableOf));
    return Object.keys(env)
        .filter((variable) => variable.startsWith(PREFIX) && !known.has(variable))
        .map((variable) => {
        const name = variable.slice(PREFIX.length).toLowerCase();
        const elsewhere = _table_js__WEBPACK_IMPORTED_MODULE_0__/* .VERBS */ .hU.filter((other) => (0,_table_js__WEBPACK_IMPORTED_MODULE_0__/* .inputsOf */ .Vc)(other).some((input) => input === name));
        return { variable, name, meant: elsewhere.length > 0 ? undefined : nearest(name, own), elsewhere };
    });
}
/** What to tell the user about one: the right name, or the right action. One printable line. */
function unknownText({ name, meant, elsewhere }) {
    const what = `\`${(0,_core_text_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g)(name, 100)}\``;
    if (meant !== undefined)
        return `${what} is not an input of this action and was ignored: did you mean \`${meant}\`?`;
    return elsewhere.length === 0
        ? `${what} is not an input of this action and was ignored`
        : `${what} is an input of ${elsewhere.map((verb) => _table_js__WEBPACK_IMPORTED_MODULE_0__/* .USES */ .tk[verb]).join(' and of ')}, not of this action, and was ignored`;
}
/**
 * The name that was most likely meant; undefined: none. The first is the nearest: no two inputs are so alike
 * that one name could be near both.
 */
function nearest(name, own) {
    return own.find((candidate) => editsBetween(letters(name), letters(candidate)) <= MOST_EDITS);
}
/** Names of anything that were most likely meant, at most three, the nearest first. */
function nearestNames(name, known) {
    const wanted = name.trim().toLowerCase();
    const furthest = Math.max(MOST_EDITS, Math.floor(wanted.length / 5));
    return known
        .map((candidate) => ({
        candidate,
        edits: editsBetween(wanted, candidate.trim().toLowerCase(), furthest),
    }))
        .filter(({ edits }) => edits <= furthest)
        .toSorted((a, b) => a.edits - b.edits)
        .slice(0, 3)
        .map(({ candidate }) => candidate);
}
function letters(name) {
    return name.replace(/[^a-z0-9]/g, '');
}
/** Levenshtein distance; more than `most` is not told apart where the lengths say so already. */
function editsBetween(a, b, most = MOST_EDITS) {
    if (Math.abs(a.length - b.length) > most)
        return most + 1;
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (const [i, letter] of [...a].entries()) {
        const next = [i + 1];
        for (const [j, other] of [...b].entries()) {
            const substituted = Number(row[j]) + (letter === other ? 0 : 1);
            next.push(Math.min(substituted, Number(row[j + 1]) + 1, Number(next[j]) + 1));
        }
        row = next;
    }
    return Number(row[b.length]);
}


/***/ }),

/***/ 7886:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Q2: () => (/* binding */ parseBaseUrl)
/* harmony export */ });
/* unused harmony exports apiOfHost, apiOfGithub, hostOfApi, pagesOfGithub */
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;
/** The base URL of a service; credentials are sent there, so only over TLS, or to this very machine. */
function parseBaseUrl(text) {
    const url = URL.parse(text);
    if (url === null)
        return { ok: false, message: 'is not a URL' };
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
        return { ok: false, message: 'is not an https URL' };
    if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
        return { ok: false, message: 'is not https, and credentials are not sent without TLS' };
    }
    if (url.username !== '' || url.password !== '')
        return { ok: false, message: 'holds credentials' };
    // Not `search` and `hash`: they are empty for a bare `?` or `#`.
    if (/[?#]/.test(url.href))
        return { ok: false, message: 'has a query or a fragment' };
    url.pathname = url.pathname.replace(/(?<!\/)\/+$/, '');
    return { ok: true, value: url };
}
/** Of GitHub with data residency: `acme.ghe.com`, whose API is at `api.acme.ghe.com`. */
const RESIDENT = /^[a-z\d-]+\.ghe\.com$/;
/** The API of a server by its host, where the host alone says it; undefined: it may be any server. */
function apiOfHost(host) {
    if (host === 'github.com')
        return 'https://api.github.com';
    return RESIDENT.test(host) ? `https://api.${host}` : undefined;
}
/** The same for a host that is known to be GitHub's, so that any other is an Enterprise Server. */
function apiOfGithub(host) {
    return apiOfHost(host) ?? `https://${host}/api/v3`;
}
/** The host of the server whose API this is; undefined where the URL does not say it, as on loopback. */
function hostOfApi(api) {
    const { host, pathname } = api;
    if (/^\/api\/v3\/?$/.test(pathname))
        return host;
    const server = host.replace(/^api\./, '');
    return server !== host && apiOfHost(server) !== undefined ? server : undefined;
}
/** The address of the pages of GitHub, without a slash at its end: as named, or that of the API. */
function pagesOfGithub({ GITHUB_SERVER_URL: server = '', GITHUB_API_URL: api = '', }) {
    if (server !== '')
        return server.replace(/\/+$/u, '');
    const url = URL.parse(api);
    return `https://${(url && hostOfApi(url)) ?? 'github.com'}`;
}


/***/ }),

/***/ 7535:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $U: () => (/* binding */ CREATION_SLACK),
/* harmony export */   AK: () => (/* binding */ FENCE),
/* harmony export */   Kp: () => (/* binding */ CREATES),
/* harmony export */   L7: () => (/* binding */ CALL_PATIENCE),
/* harmony export */   Qm: () => (/* binding */ TRIES),
/* harmony export */   jS: () => (/* binding */ MARGIN),
/* harmony export */   l: () => (/* binding */ WRITE_DEADLINE),
/* harmony export */   oK: () => (/* binding */ LONGEST_QUOTA_WAIT),
/* harmony export */   qh: () => (/* binding */ LINGER),
/* harmony export */   rH: () => (/* binding */ RATE_LIMIT_WAIT),
/* harmony export */   yT: () => (/* binding */ READS)
/* harmony export */ });
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** D: every write of a key starts before this much time has passed since just before its create was sent. */
const WRITE_DEADLINE = 10 * MINUTE;
/** F: more than D plus the longest a request can linger. A key older than this is written by nobody any more. */
const FENCE = 15 * MINUTE;
/** The longest a request can be on its way after it was sent; what is not there by then was never done. */
const LINGER = FENCE - WRITE_DEADLINE;
/** m: how far the two servers' clocks and GitHub's whole-second timestamps may be apart. */
const MARGIN = 60 * SECOND;
/**
 * How far a new key's `created_at` may be from the `Date` headers of MUTX, beside the time that its create took: the
 * header is stamped when a request arrives, and lags the database by some seconds.
 */
const CREATION_SLACK = 15 * SECOND;
/** The longest that `on-quota: wait` can have to wait until a rule frees a place. */
const LONGEST_QUOTA_WAIT = 2 * FENCE + 2 * MARGIN;
/** How long a single call may be retried, waits included, where no nearer deadline holds. */
const CALL_PATIENCE = 5 * MINUTE;
/**
 * Targets that are asked about at the same time, two requests each at the most at once. GitHub takes a hundred
 * requests at once of everything that shares a token.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const READS = 20;
/** What MUTX asks to wait at its rate limit: always the whole window. A patience that is to fit it is longer. */
const RATE_LIMIT_WAIT = MINUTE;
/** Tries of anything that may be tried again. */
const TRIES = 4;
/** Keys a run makes at most when the replies to its creates are lost; each lost one leaves an orphan. */
const CREATES = 3;


/***/ }),

/***/ 7493:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $n: () => (/* binding */ onlyIfNotDone),
/* harmony export */   B4: () => (/* binding */ nextWait),
/* harmony export */   Gz: () => (/* binding */ notingUnclear),
/* harmony export */   O9: () => (/* binding */ tryCall),
/* harmony export */   RD: () => (/* binding */ patientCalls),
/* harmony export */   eM: () => (/* binding */ Stopwatch),
/* harmony export */   wA: () => (/* binding */ isInternalError),
/* harmony export */   yB: () => (/* binding */ idempotent)
/* harmony export */ });
/* harmony import */ var _limits_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7535);

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** Everyone who meets a limit in the same minute is asked to wait as long: up to so much of it more, by chance. */
const SPREAD = 0.25;
/**
 * How long to wait before the next try, or undefined to stop. The server's own timing goes before ours; if
 * it does not fit into the time left there is no point in waiting at all. What is asked of all who share a limit is
 * spread, as far as there is time for that.
 * @param attempt tries made so far, from 1
 * @param random uniform in [0, 1)
 */
function nextWait(policy, failure, attempt, random) {
    if (attempt >= policy.tries || !failure.retryable || !policy.again(failure))
        return undefined;
    const backoff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + random / 2);
    const { kind, retryAfter: asked = 0 } = failure;
    const left = policy.timeLeft();
    const spread = kind === 'throttled' ? asked * SPREAD * random : 0;
    return [asked + spread, asked].map((wait) => Math.max(backoff, wait)).find((wait) => wait < left);
}
/** Calls until it is ok or the policy says stop; the reply is the last one. */
async function tryCall(call, policy, retrying) {
    for (let attempt = 1;; attempt++) {
        const reply = await call();
        if (reply.ok)
            return reply;
        const wait = nextWait(policy, reply.failure, attempt, retrying.random());
        if (wait === undefined)
            return reply;
        retrying.onRetry(reply.failure, attempt, wait);
        await retrying.clock.sleep(wait);
    }
}
/**
 * A call with its tries, and whether any of them got no clear answer: then it may have been done, whatever the last one
 * says.
 * @param call with which retries
 */
async function notingUnclear(call, attempt) {
    let unclear = false;
    const reply = await call(async () => {
        const one = await attempt();
        unclear ||= !one.ok && one.failure.kind === 'unclear';
        return one;
    });
    return { reply, unclear };
}
/** For calls that change nothing when repeated: reads, an idempotent PUT, a DELETE. */
function idempotent(timeLeft) {
    return { tries: _limits_js__WEBPACK_IMPORTED_MODULE_0__/* .TRIES */ .Qm, again: () => true, timeLeft };
}
/** For calls whose effect must not happen twice: only when it is certain that nothing was done. */
function onlyIfNotDone(timeLeft) {
    return {
        tries: _limits_js__WEBPACK_IMPORTED_MODULE_0__/* .TRIES */ .Qm,
        again: (failure) => failure.kind === 'throttled' || failure.kind === 'not-sent',
        timeLeft,
    };
}
/** A point in this process's time; `since` is the larger of wall and monotonic time passed. */
class Stopwatch {
    #clock;
    #wall;
    #monotonic;
    constructor(clock) {
        this.#clock = clock;
        this.#wall = clock.now();
        this.#monotonic = clock.monotonic();
    }
    /**
     * Time since this was made: a suspended machine stops the monotonic clock on some systems, a corrected
     * wall clock goes back, so the larger of both (protocol, step 7).
     */
    elapsed() {
        return Math.max(...this.#both());
    }
    /** The smaller of both: what has certainly passed. */
    leastElapsed() {
        return Math.max(0, Math.min(...this.#both()));
    }
    #both() {
        return [this.#clock.now() - this.#wall, this.#clock.monotonic() - this.#monotonic];
    }
    /** Whether a use or a write of the key whose create started this may still start (protocol: D). */
    beforeDeadline = (ahead = 0) => this.elapsed() + ahead < _limits_js__WEBPACK_IMPORTED_MODULE_0__/* .WRITE_DEADLINE */ .l;
}
/**
 * Whether MUTX itself failed at the call, and not something between it and us: it then answers when it is done
 * with it, so a list that is read afterwards shows what was done.
 */
function isInternalError({ kind, errorCode }) {
    return kind === 'unclear' && errorCode === 'INTERNAL_ERROR';
}
/**
 * For what is not one key's run: each call within the limits of a rotation's.
 * @param allInAll for how long, from now on, anything may still be tried again
 */
function patientCalls({ clock, random, sessionEndsAt = Number.POSITIVE_INFINITY }, allInAll = Number.POSITIVE_INFINITY, onRetry = () => { }) {
    const since = new Stopwatch(clock);
    return (attempt, policy = idempotent) => {
        const watch = new Stopwatch(clock);
        const timeLeft = () => Math.min(_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .CALL_PATIENCE */ .L7 - watch.elapsed(), allInAll - since.elapsed(), sessionEndsAt - clock.now());
        return tryCall(attempt, policy(timeLeft), { clock, random, onRetry });
    };
}


/***/ }),

/***/ 9716:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B: () => (/* binding */ invisibleIn),
/* harmony export */   g: () => (/* binding */ printable)
/* harmony export */ });
/**
 * Text from a server, made fit to print on one line: control characters (line breaks would let it speak to
 * the runner, escapes to the terminal), bidirectional controls and other invisible characters become spaces;
 * what is longer than `max` characters is cut.
 */
function printable(text, max = 200) {
    const flat = text
        .slice(0, max * 4)
        .toWellFormed()
        .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, ' ')
        .replace(/\s+/gu, ' ')
        .trim();
    const characters = [...flat];
    return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : flat;
}
/** Takes up no room, and is in no name: not the joiner within an emoji, which is. */
const INVISIBLE = /(?!\u200d)[\p{Cf}\p{Zl}\p{Zp}]/u;
/** The first character of a text that nobody can see, as `U+200B`; undefined: there is none. */
function invisibleIn(text) {
    const [character] = INVISIBLE.exec(text) ?? [];
    const code = character?.codePointAt(0);
    return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}


/***/ }),

/***/ 4258:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ instantText),
/* harmony export */   p: () => (/* binding */ clock)
/* harmony export */ });
/** ISO 8601 in UTC, whole seconds: `2026-11-23T21:14:05Z`. */
function instantText(instant) {
    return `${new Date(instant).toISOString().slice(0, -'.000Z'.length)}Z`;
}
/** The clocks of this machine. */
const clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};


/***/ }),

/***/ 8964:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J5: () => (/* binding */ refused),
/* harmony export */   V2: () => (/* binding */ failure),
/* harmony export */   _l: () => (/* binding */ archivedCause),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   gP: () => (/* binding */ lacking),
/* harmony export */   lD: () => (/* binding */ unclear),
/* harmony export */   pA: () => (/* binding */ beforeWrite)
/* harmony export */ });
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7781);
/* harmony import */ var _token_hint_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4978);


/** @param seen undefined: the call was not answered, or never made */
function failure(context, seen, cause) {
    const requestId = seen?.headers?.get('x-github-request-id');
    return {
        service: 'github',
        call: context.call,
        target: context.target,
        status: seen?.status,
        ...cause,
        ...(requestId === undefined ? {} : { requestId: context.secrets.quote(requestId, 64) }),
    };
}
/** The service itself said no, or what it said makes the request pointless: nothing was changed. */
function refused(code, message, hint) {
    return { kind: 'refused', code, message, retryable: false, ...(hint === undefined ? {} : { hint }) };
}
/** Refused for what the token may not do. */
function lacking(code, message, needs) {
    return { ...refused(code, message, (0,_token_hint_js__WEBPACK_IMPORTED_MODULE_0__/* .tokenHint */ .jE)([needs])), needs };
}
function unclear(code, message, retryable) {
    return { kind: 'unclear', code, message, retryable };
}
function archivedCause(target) {
    return refused('github-archived', `the repository of ${target} is archived, and so read-only`, 'Unarchive it, or take it out of the targets.');
}
/** GitHub's own words in an error reply: `{message}`; undefined if this is not one. */
function messageOf(reply) {
    const { message } = (0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .fieldsOf */ .Pf)((0,_json_js__WEBPACK_IMPORTED_MODULE_1__/* .jsonOf */ .o_)(reply.body));
    return typeof message === 'string' ? message : undefined;
}
/**
 * The failure of a call that had to come before a write, as the write's own: nothing of the write has left
 * this process, whatever became of that call.
 */
function beforeWrite(cause) {
    const kind = cause.kind === 'refused' ? 'refused' : 'not-sent';
    return { ...cause, kind };
}


/***/ }),

/***/ 2602:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  g: () => (/* binding */ Calls)
});

// EXTERNAL MODULE: ./lib/github/call-failure.js
var call_failure = __nccwpck_require__(8964);
// EXTERNAL MODULE: ./lib/http/result.js
var result = __nccwpck_require__(9755);
// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __nccwpck_require__(3145);
// EXTERNAL MODULE: ./lib/github/rate-limit.js
var rate_limit = __nccwpck_require__(8435);
// EXTERNAL MODULE: ./lib/github/targets/permissions.js
var permissions = __nccwpck_require__(3606);
// EXTERNAL MODULE: ./lib/github/token-hint.js
var token_hint = __nccwpck_require__(4978);
;// CONCATENATED MODULE: ./lib/github/failures.js






/**
 * Why a call to GitHub did not give what was asked for. `refused` only where the reply is GitHub's own error
 * (JSON with a `message`); what a proxy or a broken reply says proves nothing about what was done.
 */
function failureOf(result, context) {
    switch (result.kind) {
        case 'not-sent':
            return (0,call_failure/* failure */.V2)(context, undefined, notSent(result));
        case 'lost':
            return (0,call_failure/* failure */.V2)(context, undefined, lost(result));
        case 'resting':
            return (0,call_failure/* failure */.V2)(context, undefined, resting(result.wait));
        case 'reply':
            return (0,call_failure/* failure */.V2)(context, result, causeOf(result, context));
    }
}
/** A reply with the right status whose content is not what the API gives. */
function badReply(reply, context) {
    return (0,call_failure/* failure */.V2)(context, reply, (0,call_failure/* unclear */.lD)('github-bad-reply', 'its content is not what the API gives', false));
}
function notSent({ code, message, retryable }) {
    const said = code === 'not-started' ? 'the time for writing was over, so nothing was sent' : message;
    return { kind: 'not-sent', code: NOT_SENT[code], message: said, retryable };
}
/** Not GitHub's answer to this request, but what it asked for before; throttled all the same, so that it is waited for. */
function resting(wait) {
    const seconds = Math.ceil(wait / 1_000);
    const message = `no request was sent: GitHub has asked for a rest, of which ${seconds} s are left`;
    return { kind: 'throttled', code: 'github-rate-limited', message, retryAfter: wait, retryable: true };
}
const NOT_SENT = {
    'not-started': 'github-write-deadline',
    'unknown-host': 'github-unknown-host',
    unreachable: 'github-unreachable',
    tls: 'github-tls-refused',
    'proxy-setting': 'github-proxy-setting',
    'proxy-unreachable': 'github-proxy-unreachable',
    'proxy-refused': 'github-proxy-refused',
    timeout: 'github-unreachable',
};
function lost({ code, message }) {
    switch (code) {
        case 'timeout':
            return (0,call_failure/* unclear */.lD)('github-timeout', message, true);
        case 'reset':
            return (0,call_failure/* unclear */.lD)('github-lost-reply', message, true);
        case 'cut-off':
        case 'bad-http':
            return (0,call_failure/* unclear */.lD)('github-bad-reply', message, true);
        case 'too-large':
        case 'compressed':
            return (0,call_failure/* unclear */.lD)('github-bad-reply', message, false);
    }
}
function causeOf(reply, context) {
    const { status } = reply;
    const message = (0,call_failure/* messageOf */.bD)(reply);
    const wait = (0,rate_limit/* rateLimitWait */.h)(reply);
    if (wait !== undefined) {
        return {
            kind: 'throttled',
            code: 'github-rate-limited',
            message: message === undefined ? 'too many requests' : context.secrets.quote(message),
            retryAfter: wait,
            retryable: true,
        };
    }
    if ((0,result/* isServerError */.G)(status)) {
        const said = message === undefined ? 'an error of its own' : context.secrets.quote(message);
        const asked = (0,retry_after/* retryAfterOf */.s)(reply);
        const retryAfter = asked === undefined ? {} : { retryAfter: asked };
        return { ...(0,call_failure/* unclear */.lD)('github-server-error', said, true), ...retryAfter };
    }
    if (message === undefined)
        return notGitHub(reply);
    if (isRedirect(status))
        return (0,call_failure/* refused */.J5)('github-redirect', 'a redirect, which is not followed');
    if (status < 300)
        return (0,call_failure/* unclear */.lD)('github-bad-reply', 'a success of another kind than the API gives', false);
    return refusal(reply, message, context);
}
/** Not JSON, or not GitHub's: someone between GitHub and us, so what became of the request is not known. */
function notGitHub({ status, body }) {
    if (isRedirect(status)) {
        return (0,call_failure/* unclear */.lD)('github-redirect', "a redirect that is not GitHub's, and is not followed", false);
    }
    if (body.kind === 'other') {
        return (0,call_failure/* unclear */.lD)('github-proxy-page', "a page that is not GitHub's", status < 300);
    }
    return (0,call_failure/* unclear */.lD)('github-bad-reply', 'without the content that GitHub sends', false);
}
function isRedirect(status) {
    return status >= 300 && status < 400;
}
function refusal(reply, message, context) {
    const said = context.secrets.quote(message);
    switch (reply.status) {
        case 400:
            return badRequest(message, context);
        case 401:
            return (0,call_failure/* refused */.J5)('github-bad-credentials', said, (0,token_hint/* newTokenHint */.b0)(context));
        case 403:
            return forbidden(reply, message, context);
        case 404:
            return (0,call_failure/* refused */.J5)('github-not-found', `${context.target} does not exist, or the github-token cannot see it`);
        case 422:
            return (0,call_failure/* refused */.J5)('github-validation', said);
        default:
            return (0,call_failure/* refused */.J5)('github-refused', said);
    }
}
/** A server that does not take the version of the API that agents' secrets came with. */
function badRequest(message, { permission, secrets }) {
    const said = secrets.quote(message);
    if (!(0,permissions/* isForAgents */.MI)(permission) || !/\bversion\b/i.test(message))
        return (0,call_failure/* refused */.J5)('github-refused', said);
    return (0,call_failure/* refused */.J5)('github-agents-unknown', `this server has no secrets for agents: ${said}`);
}
function forbidden(reply, message, context) {
    const { permission, reach, secrets } = context;
    if (reply.headers.has('x-github-sso')) {
        return (0,call_failure/* refused */.J5)('github-saml', `the github-token is not authorised for the single sign-on of ${reach.owner}`, `Authorise it for ${reach.owner}: Settings, Developer settings, Personal access tokens, Configure SSO.`);
    }
    if (/\barchived\b/i.test(message))
        return (0,call_failure/* archivedCause */._l)(context.target);
    const missing = (0,permissions/* describeMissing */.UV)(reply.headers.get('x-accepted-github-permissions'), permission);
    const needs = (0,token_hint/* needsOf */.hN)(missing, permission, reach);
    if (/not accessible by integration/i.test(message)) {
        return (0,call_failure/* lacking */.gP)('github-token-cannot-write', 'the github-token is GITHUB_TOKEN, which can never write secrets whatever `permissions:` says, ' +
            `or the token of a GitHub App without ${missing}`, needs);
    }
    if (/not accessible by personal access token|must have admin rights/i.test(message)) {
        return (0,call_failure/* lacking */.gP)('github-missing-permission', `the github-token lacks ${missing}`, needs);
    }
    return (0,call_failure/* refused */.J5)('github-forbidden', secrets.quote(message), `The call needs ${missing}; a policy or an IP allow list of ${reach.owner} can forbid it too.`);
}

// EXTERNAL MODULE: ./lib/github/json.js
var json = __nccwpck_require__(7781);
;// CONCATENATED MODULE: ./lib/github/renamed.js

/** GitHub sends a repository that was renamed or transferred on to its number: `…/repositories/123/actions`. */
const REPOSITORY_ID = /\/repositories\/(\d{1,15})(?:[/?]|$)/;
const FULL_NAME = /^[A-Za-z0-9_-]{1,100}\/[A-Za-z0-9._-]{1,100}$/;
/**
 * Turns a redirect into "the repository is called … now", where that is what it means. Nothing is followed:
 * only the number is taken from the redirect, and our own origin is asked for the name of that repository.
 * @returns undefined if the redirect is about something else or the name could not be found out
 */
async function renamed(reply, redirect, { target, reach }, send) {
    const id = repositoryId(reply);
    if (id === undefined || reach.repository === undefined)
        return undefined;
    const answer = await send({ method: 'GET', path: `/repositories/${id}` });
    if (answer.kind !== 'reply' || answer.status !== 200)
        return undefined;
    const { full_name: name } = (0,json/* fieldsOf */.Pf)((0,json/* jsonOf */.o_)(answer.body));
    if (typeof name !== 'string' || !FULL_NAME.test(name))
        return undefined;
    return {
        ...redirect,
        code: 'github-repository-renamed',
        message: `the repository of ${target} is now called ${name}`,
        hint: `Write ${name} instead of ${reach.owner}/${reach.repository} in the targets.`,
    };
}
function repositoryId(reply) {
    const { url } = (0,json/* fieldsOf */.Pf)((0,json/* jsonOf */.o_)(reply.body));
    for (const place of [url, reply.headers.get('location')]) {
        const id = typeof place === 'string' ? REPOSITORY_ID.exec(place)?.[1] : undefined;
        if (id !== undefined)
            return id;
    }
    return undefined;
}

;// CONCATENATED MODULE: ./lib/github/calls.js




/** Calls made for one target: each is one attempt, and its failure tells all there is to know about it. */
class Calls {
    #client;
    #secrets;
    subject;
    constructor(client, secrets, subject) {
        this.#client = client;
        this.#secrets = secrets;
        this.subject = subject;
    }
    async ask(request, permission, answers) {
        const result = await this.#client.send(request);
        const context = this.context(`${request.method} ${request.path}`, permission);
        if (result.kind !== 'reply')
            return { ok: false, failure: failureOf(result, context) };
        const decode = isGitHubs(result) ? answers[result.status] : undefined;
        if (decode === undefined)
            return { ok: false, failure: await this.#failure(result, context) };
        const decoded = decode((0,json/* jsonOf */.o_)(result.body));
        if (decoded === undefined)
            return { ok: false, failure: badReply(result, context) };
        return { ok: true, value: decoded.value, date: result.date };
    }
    /** The same client, on behalf of something else. */
    for(subject) {
        return new Calls(this.#client, this.#secrets, subject);
    }
    context(call, permission) {
        return { call, permission, secrets: this.#secrets, ...this.subject };
    }
    async #failure(reply, context) {
        const failure = failureOf(reply, context);
        if (failure.code !== 'github-redirect' || failure.kind !== 'refused')
            return failure;
        const send = (request) => this.#client.send(request);
        return (await renamed(reply, failure, context, send)) ?? failure;
    }
}
/** A success with a page, or an error without GitHub's `message`, is not GitHub's answer. */
function isGitHubs(reply) {
    return reply.status < 300 ? reply.body.kind !== 'other' : (0,call_failure/* messageOf */.bD)(reply) !== undefined;
}


/***/ }),

/***/ 636:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   t: () => (/* binding */ GithubClient)
/* harmony export */ });
/* harmony import */ var _secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6111);
/* harmony import */ var _limiter_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7799);
/* harmony import */ var _token_expiry_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5560);



/**
 * GitHub's REST API as the writer token sees it: one attempt per call. Targets share one client, so that they
 * share connections and GitHub's limits.
 */
class GithubClient {
    #http;
    #token;
    /** Shared by all that this token sends. */
    limiter;
    #tokenExpiresAt;
    constructor(options) {
        this.#http = options.http;
        this.limiter = new _limiter_js__WEBPACK_IMPORTED_MODULE_1__/* .Limiter */ .jG(options.clock);
        this.#token = options.token;
    }
    async send(request) {
        const { apiVersion = '2022-11-28', ...rest } = request;
        const wait = await this.limiter.admit(request.method);
        if (wait > 0)
            return { kind: 'resting', wait };
        const result = await this.#http.send({
            ...rest,
            headers: {
                accept: 'application/vnd.github+json',
                authorization: `Bearer ${this.#token.expose()}`,
                'x-github-api-version': apiVersion,
            },
        });
        if (result.kind === 'reply') {
            this.#note(result.headers.get('github-authentication-token-expiration'));
            this.limiter.heed(result);
        }
        return result;
    }
    /**
     * When the writer token ends, as GitHub says in its replies; undefined until one was seen, for a token
     * without an end, and for an installation's, whose end is no news.
     */
    get tokenExpiresAt() {
        return this.#tokenExpiresAt;
    }
    #note(expiration) {
        // An installation's token lives an hour by design.
        if (expiration === undefined || (0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .ownerOfGithubToken */ .jc)(this.#token.expose()) === 'installation')
            return;
        this.#tokenExpiresAt = (0,_token_expiry_js__WEBPACK_IMPORTED_MODULE_2__/* .parseTokenExpiration */ .g)(expiration) ?? this.#tokenExpiresAt;
    }
}


/***/ }),

/***/ 7781:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Pf: () => (/* binding */ fieldsOf),
/* harmony export */   eQ: () => (/* binding */ isId),
/* harmony export */   my: () => (/* binding */ isCount),
/* harmony export */   o_: () => (/* binding */ jsonOf)
/* harmony export */ });
/** Narrowing of replies, which can be anything. */
/** What a body says in JSON; undefined if it says nothing in JSON. */
function jsonOf(body) {
    return body.kind === 'json' ? body.value : undefined;
}
/** The fields of a JSON object; none if it is something else. */
function fieldsOf(value) {
    return typeof value === 'object' && value !== null ? { ...value } : {};
}
/** How long a list is. */
function isCount(value) {
    return Number.isSafeInteger(value) && Number(value) >= 0;
}
/** An id of GitHub's, which are integers. */
function isId(value) {
    return Number.isSafeInteger(value) && Number(value) > 0;
}


/***/ }),

/***/ 7799:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   jG: () => (/* binding */ Limiter),
/* harmony export */   ut: () => (/* binding */ writesWithin)
/* harmony export */ });
/* unused harmony export estimateWriteTime */
/* harmony import */ var _rate_limit_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8435);

/**
 * GitHub takes requests worth 900 points a minute, of which one that reads costs 1 and one that writes 5; more
 * is a secondary rate limit. With this burst and interval no minute sees more than 871, and a run with a few
 * targets never waits.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit
 */
const POINTS_BURST = 300;
const POINT_INTERVAL = 106;
const READ = 1;
const WRITE = 5;
/**
 * GitHub's secondary limits on requests that create content are about 80 a minute and 500 an hour.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 * With this spacing and burst no minute sees more than 76 starts, which leaves room for some that arrive
 * closer together than they left.
 */
const WRITE_SPACING = 850;
const WRITE_BURST = 5;
const WRITES_PER_HOUR = 500;
const HOUR = 60 * 60 * 1_000;
/** How often a waiting write looks whether its time is over. */
const LONGEST_NAP = 5_000;
/**
 * Keeps what one token sends within GitHub's limits, before GitHub has to refuse anything and after it did:
 *
 * - any request takes its points of the minute's budget ({@link admit});
 * - a write of content takes its turn first, spaced and counted by the hour ({@link takeTurn});
 * - a rest that GitHub asks for holds for all of them ({@link heed}).
 *
 * Times are of the monotonic clock. First come, first served.
 */
class Limiter {
    #clock;
    /** When all points given out so far will have been earned again, save for the burst. */
    #pointsDue = Number.NEGATIVE_INFINITY;
    /** When the next write would be due if all came evenly spaced (the "generic cell rate algorithm"). */
    #writeDue = Number.NEGATIVE_INFINITY;
    /** Writes that created content or may have, within the last hour, oldest first. */
    #counted = [];
    #restsUntil = Number.NEGATIVE_INFINITY;
    /** Of writes alone: a server that is in trouble asked for it. */
    #writesPausedUntil = Number.NEGATIVE_INFINITY;
    #lastTurn = Promise.resolve();
    constructor(clock) {
        this.#clock = clock;
    }
    /**
     * Resolves when the request may be made: without a wait while there are points left.
     * @returns what is left of a rest that GitHub has asked for, so that nothing is to be sent; 0: there is none
     */
    async admit(method) {
        const resting = this.#rest();
        if (resting > 0)
            return resting;
        const now = this.#clock.monotonic();
        const points = method === 'GET' ? READ : WRITE;
        this.#pointsDue =
            Math.max(this.#pointsDue, now - POINTS_BURST * POINT_INTERVAL) + points * POINT_INTERVAL;
        const wait = this.#pointsDue - now;
        if (wait > 0)
            await this.#clock.sleep(wait);
        // A reply to another request may have asked for a rest meanwhile.
        return this.#rest();
    }
    /** Reads a reply for what it says of limits: where it asks for a rest, nothing is sent before that is over. */
    heed(reply) {
        const wait = (0,_rate_limit_js__WEBPACK_IMPORTED_MODULE_0__/* .rateLimitWait */ .h)(reply);
        if (wait !== undefined)
            this.#restsUntil = Math.max(this.#restsUntil, this.#clock.monotonic() + wait);
    }
    /**
     * Waits for the turn of a write and counts it.
     * @param mayStart asked before each wait
     * @returns when the write starts; undefined: its time was over before its turn came
     */
    takeTurn(mayStart) {
        const turn = this.#lastTurn.then(() => this.#nextTurn(mayStart));
        this.#lastTurn = turn;
        return turn;
    }
    /** Counts a write that nobody waited for; those to come wait for it, too. */
    startWrite() {
        const now = this.#clock.monotonic();
        this.#writeDue = Math.max(this.#writeDue, now) + WRITE_SPACING;
        this.#counted.push(now);
        return now;
    }
    /** GitHub answered the write that started at `at` with an error: it does not count as content. */
    releaseWrite(at) {
        const index = this.#counted.indexOf(at);
        if (index >= 0)
            this.#counted.splice(index, 1);
    }
    pauseWrites(time) {
        this.#writesPausedUntil = Math.max(this.#writesPausedUntil, this.#clock.monotonic() + time);
    }
    /** How long until the hour's limit has room for so many writes more, where it has so many at all. */
    waitForRoom(writes) {
        const now = this.#clock.monotonic();
        this.#forget(now);
        const over = this.#counted.length + Math.min(writes, WRITES_PER_HOUR) - WRITES_PER_HOUR;
        const freed = over <= 0 ? undefined : this.#counted[over - 1];
        return freed === undefined ? 0 : freed + HOUR - now;
    }
    async #nextTurn(mayStart) {
        for (;;) {
            const wait = this.#untilWrite();
            if (wait === 0)
                return this.startWrite();
            if (!mayStart(wait))
                return undefined;
            await this.#clock.sleep(Math.min(wait, LONGEST_NAP));
        }
    }
    #untilWrite() {
        const now = this.#clock.monotonic();
        this.#forget(now);
        const full = this.#counted[this.#counted.length - WRITES_PER_HOUR];
        const due = [
            this.#writeDue - (WRITE_BURST - 1) * WRITE_SPACING,
            full === undefined ? now : full + HOUR,
            this.#writesPausedUntil,
            this.#restsUntil,
        ];
        return Math.max(0, ...due.map((at) => at - now));
    }
    #rest() {
        return Math.max(0, this.#restsUntil - this.#clock.monotonic());
    }
    #forget(now) {
        this.#counted = this.#counted.filter((at) => now - at < HOUR);
    }
}
/** How long `count` writes take at GitHub's pace at least, from the first one's start to the last one's. */
function estimateWriteTime(count) {
    const full = Math.max(0, Math.ceil(count / WRITES_PER_HOUR) - 1);
    const rest = count - full * WRITES_PER_HOUR;
    return full * HOUR + Math.max(0, rest - WRITE_BURST) * WRITE_SPACING;
}
/** How many writes can start within `time` at GitHub's pace. */
function writesWithin(time) {
    const hours = Math.floor(time / HOUR);
    return (hours * WRITES_PER_HOUR +
        Math.min(WRITES_PER_HOUR, WRITE_BURST + Math.floor((time - hours * HOUR) / WRITE_SPACING)));
}


/***/ }),

/***/ 8435:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ rateLimitWait)
/* harmony export */ });
/* harmony import */ var _http_retry_after_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3145);
/* harmony import */ var _call_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8964);


/** What GitHub asks for when it names no time: "wait for at least one minute before retrying". */
const UNNAMED_WAIT = 60_000;
const SECONDS = /^\d{1,12}$/;
/** What GitHub, or a gateway in front of it, says about a limit; a permission is never spoken of like this. */
const LIMIT = /\brate.?limit|\babuse detection|\btoo many requests\b|\bsubmitted too quickly\b|\blogin attempts\b/i;
/**
 * Whether a reply is about a rate limit, primary or secondary, and for how long it asks to wait. The status goes
 * first: a 429 is a limit whatever its body, a 403 may be one without any counter, and content that comes too
 * quickly is answered 422.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function rateLimitWait(reply) {
    const asked = (0,_http_retry_after_js__WEBPACK_IMPORTED_MODULE_1__/* .retryAfterOf */ .s)(reply);
    const spent = reply.headers.get('x-ratelimit-remaining') === '0';
    if (!isLimit(reply, asked !== undefined || spent))
        return undefined;
    const reset = spent ? untilReset(reply) : undefined;
    if (asked === undefined && reset === undefined)
        return UNNAMED_WAIT;
    return Math.max(asked ?? 0, reset ?? 0);
}
/** @param says its headers name a time, or that nothing is left */
function isLimit(reply, says) {
    switch (reply.status) {
        case 429:
            return true;
        case 403:
            return says || reply.headers.has('retry-after') || LIMIT.test(wordsOf(reply));
        case 422:
            return LIMIT.test(wordsOf(reply));
        default:
            return false;
    }
}
function wordsOf(reply) {
    return reply.body.kind === 'other' ? reply.body.text : ((0,_call_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(reply) ?? '');
}
/** Relative to the reply's own `Date`: our clock may be wrong. */
function untilReset(reply) {
    const reset = secondsIn(reply.headers.get('x-ratelimit-reset'));
    if (reset === undefined || reply.date === undefined)
        return undefined;
    return Math.max(0, reset - reply.date);
}
function secondsIn(text) {
    return text !== undefined && SECONDS.test(text) ? Number(text) * 1_000 : undefined;
}


/***/ }),

/***/ 7745:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Y: () => (/* binding */ createTarget),
  A: () => (/* binding */ needsOfTarget)
});

// EXTERNAL MODULE: ./lib/github/calls.js + 2 modules
var github_calls = __nccwpck_require__(2602);
// EXTERNAL MODULE: ./lib/github/token-hint.js
var token_hint = __nccwpck_require__(4978);
// EXTERNAL MODULE: ./lib/github/call-failure.js
var call_failure = __nccwpck_require__(8964);
// EXTERNAL MODULE: ./lib/github/json.js
var github_json = __nccwpck_require__(7781);
;// CONCATENATED MODULE: ./lib/github/pages.js

/** Of lists that only show what is there. */
const LIST_CODES = {
    incomplete: 'github-list-incomplete',
    changed: 'github-list-changed',
    tooLong: 'github-list-too-long',
};
/** The most that GitHub gives at a time; its default is 30. */
const PER_PAGE = 100;
/** Beyond this a run would only read: ten thousand items, and a count that never ends comes to an end. */
const MOST_PAGES = 100;
const always = () => true;
/**
 * A list, read to its end. What is missing from it is taken for absent, so a list shorter than the count that comes
 * with it is a failure; and so is a count that changes between two pages, because what moved to a page that was
 * read already is missed.
 * @param mayGoOn asked before each page but the first: false ends it (`not-sent`), with a code that ends in `deadline`
 */
async function readCounted(calls, list, mayGoOn = always) {
    const { path, apiVersion, permission } = list;
    const found = new Map();
    let counted;
    for (let page = 1;; page++) {
        const before = found.size;
        const reply = await calls.ask({
            method: 'GET',
            path,
            query: { per_page: PER_PAGE, page },
            ...(apiVersion === undefined ? {} : { apiVersion }),
        }, permission, { 200: list.decode });
        if (!reply.ok)
            return reply;
        const { total, items } = reply.value;
        counted ??= total;
        if (total !== counted)
            return changed(calls, list);
        for (const item of items)
            found.set(list.idOf(item), item);
        if (found.size >= total)
            return { ...reply, value: [...found.values()] };
        if (total > MOST_PAGES * PER_PAGE || page >= MOST_PAGES)
            return tooLong(calls, list, total);
        if (found.size === before)
            return incomplete(calls, list, found.size, total);
        // Each page may take half a minute, and a write has to start in time.
        if (!mayGoOn(0))
            return tooLate(calls, list);
    }
}
function incomplete(calls, list, seen, total) {
    const { message, hint } = list.incomplete(seen, total);
    return problem(calls, list, { ...(0,call_failure/* unclear */.lD)(list.codes.incomplete, message, true), hint });
}
function changed(calls, list) {
    return problem(calls, list, (0,call_failure/* unclear */.lD)(list.codes.changed, `${list.what} changed while they were read`, true));
}
function tooLong(calls, list, total) {
    const most = MOST_PAGES * PER_PAGE;
    const message = `${list.what} are ${total} by GitHub's count, and no more than ${most} are read, on ${MOST_PAGES} pages`;
    return problem(calls, list, (0,call_failure/* unclear */.lD)(list.codes.tooLong, message, false));
}
function tooLate(calls, list) {
    const message = `the time for writing was over before ${list.what} were read, so nothing was sent`;
    return problem(calls, list, {
        kind: 'not-sent',
        code: 'github-write-deadline',
        message,
        retryable: false,
    });
}
function problem(calls, { path, permission }, cause) {
    return { ok: false, failure: (0,call_failure/* failure */.V2)(calls.context(`GET ${path}`, permission), { status: 200 }, cause) };
}

// EXTERNAL MODULE: ./lib/github/targets/permissions.js
var permissions = __nccwpck_require__(3606);
// EXTERNAL MODULE: ./lib/github/targets/sealed-box.js
var sealed_box = __nccwpck_require__(6764);
;// CONCATENATED MODULE: ./lib/github/targets/encrypted-secret.js






const noFields = () => Promise.resolve({ ok: true, value: {}, date: undefined });
const encrypted_secret_always = () => true;
/** 201 for a secret that was not there, 204 for one that was. */
const WRITTEN = {
    201: decodeCreated,
    204: () => ({ value: 'updated' }),
};
/**
 * The part that all secrets of GitHub have in common, whatever they belong to: a public key, metadata, and a
 * PUT of a sealed box. https://docs.github.com/rest/actions/secrets
 */
class EncryptedSecret {
    #calls;
    #place;
    #publicKey;
    /** Whether there is such a secret, by the last reading or write; undefined: not known. */
    #there;
    #everThere = false;
    #contradiction;
    constructor(calls, place) {
        this.#calls = calls;
        this.#place = place;
    }
    /** Whether the secret has been seen or written here, whatever was read later. */
    get everThere() {
        return this.#everThere;
    }
    /** What GitHub answered to the last {@link put} against what was read before, for people; undefined: nothing. */
    get contradiction() {
        return this.#contradiction;
    }
    /** Fetches the public key and keeps it for {@link put}. */
    async fetchPublicKey() {
        const request = this.#request('GET', '/public-key');
        const reply = await this.#calls.ask(request, this.#place.permission, { 200: decodePublicKey });
        if (!reply.ok)
            return reply;
        if (!(0,sealed_box/* isPublicKey */.NP)(reply.value.key))
            return { ok: false, failure: this.#unusable(request, 'github-bad-public-key') };
        this.#publicKey = reply.value;
        return reply;
    }
    /** GETs the secret; value undefined: there is none. */
    async read(decode) {
        const reply = await this.#calls.ask(this.#request('GET', `/${this.#place.name}`), this.#place.permission, { 200: decode, 404: () => ({ value: undefined }) });
        if (!reply.ok)
            return reply;
        if (reply.value !== undefined || this.#publicKey !== undefined)
            return this.#saw(reply);
        // 404 also means "you may not see this": only where the public key can be read is the secret known to be
        // absent. Taken for absent, a hidden secret would let rule W revoke the key that it holds.
        const key = await this.fetchPublicKey();
        return key.ok ? this.#saw(reply) : key;
    }
    metadata() {
        return this.read(decodeMetadata);
    }
    /** The same as {@link metadata}, out of the list of all secrets of the place, which is read to its end. */
    async listed() {
        const { path, name, apiVersion, permission } = this.#place;
        const { target } = this.#calls.subject;
        const what = `the secrets of ${target}`;
        const list = await readCounted(this.#calls, {
            path,
            apiVersion,
            permission,
            decode: decodeSecrets,
            idOf: (secret) => secret.name,
            codes: LIST_CODES,
            what,
            incomplete: (seen, total) => ({
                message: `GitHub lists ${seen} of ${total} secrets of ${target}, so it is not known whether ${name} is there`,
                hint: 'Run again: nothing was decided on this list.',
            }),
        });
        if (!list.ok)
            return list;
        return this.#saw({ ...list, value: list.value.find((secret) => secret.name === name) });
    }
    /** What it would be in is not there, and so it is not either. */
    sawNone() {
        this.#there = false;
    }
    /**
     * One attempt to write. GitHub answers 422 when the box was made for a public key that has been replaced
     * meanwhile; only then, that is, if the key now is another one, the value is sealed and sent again, once.
     * Refused again with a key read a moment ago, it is not tried any more: this may be about something else.
     */
    async put(value, mayStart, fields = noFields) {
        const reply = await this.#putFresh(value, mayStart, fields);
        this.#contradiction = reply.ok ? this.#contradicts(reply.value) : undefined;
        if (reply.ok)
            this.#isThere();
        // It may have been made by this very attempt, so that finding it there proves nothing.
        else if (reply.failure.kind === 'unclear' && this.#there === false)
            this.#there = undefined;
        return reply;
    }
    #saw(reply) {
        if (reply.value === undefined)
            this.#there = false;
        else
            this.#isThere();
        return reply;
    }
    #isThere() {
        this.#there = true;
        this.#everThere = true;
    }
    #contradicts(written) {
        const place = `${this.#place.name} of ${this.#calls.subject.target}`;
        if (written === 'created' && this.#there === true) {
            return `${place} was there when it was looked for, and GitHub answers that it made it: it was deleted in between, or one of the answers is wrong`;
        }
        if (written === 'updated' && this.#there === false) {
            return `${place} was not there when it was looked for, and GitHub answers that it replaced one: it was made in between, or one of the answers is wrong`;
        }
        return undefined;
    }
    async #putFresh(value, mayStart, fields) {
        const key = await this.#knownPublicKey();
        if (!key.ok)
            return { ok: false, failure: (0,call_failure/* beforeWrite */.pA)(key.failure) };
        const first = await this.#putOnce(value, key.value, mayStart, fields, WRITTEN);
        if (first.ok || first.failure.code !== 'github-validation')
            return first;
        this.#publicKey = undefined;
        const fresh = await this.fetchPublicKey();
        if (!fresh.ok)
            return { ok: false, failure: (0,call_failure/* beforeWrite */.pA)(fresh.failure) };
        if (fresh.value.keyId === key.value.keyId)
            return first;
        const second = await this.#putOnce(value, fresh.value, mayStart, fields, WRITTEN);
        if (second.ok || second.failure.code !== 'github-validation')
            return second;
        this.#publicKey = undefined;
        return { ok: false, failure: { ...second.failure, code: 'github-stale-public-key' } };
    }
    /**
     * Whether {@link put} would be let through, asked with a PUT whose `key_id` is nobody's. That GitHub looks at
     * the token first and at the body later is an assumption (docs/protocol.md, "Sessions"): then 422 says that
     * the token may write, and that nothing was written.
     * @param unspent sealed as it should be, so that a server which takes it is given what the secret may hold
     */
    async probe(unspent, fields = noFields) {
        const key = await this.#knownPublicKey();
        if (!key.ok)
            return key;
        const nobodys = { ...key.value, keyId: key.value.keyId === '0' ? '1' : '0' };
        const reply = await this.#putOnce(unspent, nobodys, encrypted_secret_always, fields, {
            ...WRITTEN,
            422: () => ({ value: 'refused' }),
        });
        if (!reply.ok)
            return reply.failure.code === 'github-not-found' ? this.#readOnly() : reply;
        if (reply.value === 'refused')
            return { ...reply, value: true };
        this.#there = true;
        // Taken, and perhaps filed under a key that does not open it: so once more, as it should be.
        const written = await this.put(unspent, encrypted_secret_always, fields);
        return written.ok ? { ...written, value: true } : written;
    }
    async #knownPublicKey() {
        const known = this.#publicKey;
        return known === undefined ? this.fetchPublicKey() : { ok: true, value: known, date: undefined };
    }
    async #putOnce(value, publicKey, mayStart, fields, answers) {
        const seal = await (0,sealed_box/* loadSeal */.IF)();
        const more = await fields(mayStart);
        if (!more.ok)
            return { ok: false, failure: (0,call_failure/* beforeWrite */.pA)(more.failure) };
        const request = this.#request('PUT', `/${this.#place.name}`);
        const sealed = seal(value, publicKey);
        if (!sealed.ok)
            return { ok: false, failure: this.#unusable(request, sealed.code) };
        const body = { encrypted_value: sealed.box, key_id: publicKey.keyId, ...more.value };
        return this.#calls.ask({ ...request, mayStart, body }, this.#place.permission, answers);
    }
    /** 404 for a write where the public key could be read: GitHub's other way to say that a permission is missing. */
    #readOnly() {
        const { name, permission, path } = this.#place;
        const context = this.#calls.context(`PUT ${path}/${name}`, permission);
        const missing = (0,permissions/* describeMissing */.UV)(undefined, permission);
        const message = `${context.target} can be read, but its secrets not be written: the github-token lacks ${missing}`;
        const cause = (0,call_failure/* lacking */.gP)('github-missing-permission', message, (0,token_hint/* needsOf */.hN)(missing, permission, context.reach));
        return { ok: false, failure: (0,call_failure/* failure */.V2)(context, { status: 404 }, cause) };
    }
    #request(method, below) {
        return { method, path: `${this.#place.path}${below}`, apiVersion: this.#place.apiVersion };
    }
    #unusable(request, code) {
        const context = this.#calls.context(`${request.method} ${request.path}`, this.#place.permission);
        return (0,call_failure/* failure */.V2)(context, undefined, { kind: 'not-sent', code, message: UNUSABLE[code], retryable: false });
    }
}
const UNUSABLE = {
    'github-bad-public-key': 'the public key that GitHub gives for this target cannot be used',
    'github-value-too-large': 'the value is larger than the 48 KB that a secret may have',
};
/**
 * GitHub's body is an empty object. What says anything else is not GitHub's, and perhaps nothing was written: the key
 * that the secret held would be revoked for it. (Not compared as text: to write what is nested thousands deep
 * overflows the stack.)
 */
function decodeCreated(json) {
    if (json === undefined)
        return { value: 'created' };
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    return isObject && Object.keys(json).length === 0 ? { value: 'created' } : undefined;
}
function decodePublicKey(json) {
    const { key_id: keyId, key } = (0,github_json/* fieldsOf */.Pf)(json);
    if (typeof keyId !== 'string' || keyId === '' || typeof key !== 'string')
        return undefined;
    return { value: { keyId, key } };
}
/** GitHub's timestamps name their zone; one without would be read as local time. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
function decodeMetadata(json) {
    const { updated_at: text } = (0,github_json/* fieldsOf */.Pf)(json);
    if (typeof text !== 'string' || !TIMESTAMP.test(text))
        return undefined;
    const updatedAt = Date.parse(text);
    return Number.isNaN(updatedAt) ? undefined : { value: { updatedAt } };
}
function decodeSecrets(json) {
    const { total_count: total, secrets } = (0,github_json/* fieldsOf */.Pf)(json);
    if (!(0,github_json/* isCount */.my)(total) || !Array.isArray(secrets))
        return undefined;
    const items = [];
    for (const row of secrets) {
        const { name } = (0,github_json/* fieldsOf */.Pf)(row);
        const metadata = decodeMetadata(row);
        if (typeof name !== 'string' || metadata === undefined)
            return undefined;
        items.push({ ...metadata.value, name: name.toUpperCase() });
    }
    return { value: { total, items } };
}

// EXTERNAL MODULE: ./lib/github/targets/repository-path.js
var repository_path = __nccwpck_require__(1590);
;// CONCATENATED MODULE: ./lib/github/targets/environment.js






/** A secret of one environment of a repository, which has a public key of its own. */
class EnvironmentTarget {
    label;
    secretName;
    shared = false;
    #calls;
    #paths;
    #permission;
    #create;
    #secret;
    /** Known not to exist, and to be created by the first write: `prepare` changes nothing. */
    #missing = false;
    /** @param create create the environment if it does not exist */
    constructor(calls, paths, place, create) {
        this.label = calls.subject.target;
        this.secretName = place.name;
        this.#calls = calls;
        this.#paths = paths;
        this.#permission = place.permission;
        this.#create = create;
        this.#secret = new EncryptedSecret(calls, place);
    }
    get puts() {
        return this.#missing ? 2 : 1;
    }
    async prepare() {
        const [key, repository] = await Promise.all([
            this.#secret.fetchPublicKey(),
            (0,repository_path/* getRepository */.TM)(this.#calls, this.#paths.repository),
        ]);
        const together = (0,repository_path/* judge */.S4)(this.#calls, this.#paths.repository, this.#permission, key, repository);
        if (key.ok || key.failure.code !== 'github-not-found')
            return together;
        if (!repository.ok || repository.value.archived)
            return together;
        const exists = await this.#exists();
        if (!exists.ok)
            return exists;
        if (exists.value)
            return (0,repository_path/* hiddenSecrets */.af)(this.#calls, this.#paths.environment, this.#permission);
        if (!this.#create)
            return this.#notFound();
        this.#missing = true;
        return { ...exists, value: true };
    }
    async metadata() {
        if (this.#missing) {
            const exists = await this.#exists();
            if (!exists.ok)
                return exists;
            if (!exists.value)
                return this.#none(exists);
            this.#missing = false;
        }
        return this.#secret.metadata();
    }
    /** An environment that the list of environments does not name has no secrets. */
    async listed() {
        const secrets = this.#missing ? undefined : await this.#secret.listed();
        if (secrets?.ok === true || (secrets !== undefined && secrets.failure.code !== 'github-not-found')) {
            return secrets;
        }
        const environments = await this.#listEnvironments();
        if (!environments.ok)
            return environments;
        if (!this.#isNamedBy(environments.value))
            return this.#none(environments);
        this.#missing = false;
        // Its own GET, or that of its secrets, said that it is not there.
        return secrets ?? this.#secret.listed();
    }
    get contradiction() {
        return this.#secret.contradiction;
    }
    async write(value, mayStart) {
        const there = await this.#createIfMissing(mayStart);
        return there.ok ? this.#secret.put(value, mayStart) : there;
    }
    async probe(unspent) {
        const there = await this.#createIfMissing(() => true);
        return there.ok ? this.#secret.probe(unspent) : there;
    }
    #none({ date }) {
        this.#secret.sawNone();
        return { ok: true, value: undefined, date };
    }
    #isNamedBy(environments) {
        const name = this.#paths.name.toLowerCase();
        return environments.some((other) => other === name);
    }
    #exists() {
        return this.#calls.ask({ method: 'GET', path: this.#paths.environment }, permissions/* READ_ENVIRONMENTS */.U$, {
            200: () => ({ value: true }),
            404: () => ({ value: false }),
        });
    }
    /** In lower case: GitHub takes two names that differ in nothing else for one. */
    #listEnvironments(mayGoOn) {
        const { target } = this.#calls.subject;
        const list = {
            path: `${this.#paths.repository}/environments`,
            permission: permissions/* READ_ENVIRONMENTS */.U$,
            decode: decodeEnvironments,
            idOf: (name) => name,
            codes: LIST_CODES,
            what: `the environments of the repository of ${target}`,
            incomplete: (seen, total) => ({
                message: `GitHub lists ${seen} of ${total} environments, so it is not known whether that of ${target} is there`,
                hint: 'Run again: nothing was decided on this list.',
            }),
        };
        return readCounted(this.#calls, list, mayGoOn);
    }
    async #createIfMissing(mayStart) {
        if (!this.#missing)
            return { ok: true, value: true, date: undefined };
        const created = await this.#createUnlessThere(mayStart);
        if (!created.ok)
            return { ok: false, failure: (0,call_failure/* beforeWrite */.pA)(created.failure) };
        this.#missing = false;
        return created;
    }
    /**
     * A PUT for an environment that exists would take its protection rules away, so it is looked for again, and a 404, which
     * any server has, has to agree with the list of environments.
     */
    async #createUnlessThere(mayStart) {
        const exists = await this.#exists();
        if (!exists.ok || exists.value)
            return exists;
        const environments = await this.#listEnvironments(mayStart);
        if (!environments.ok || this.#isNamedBy(environments.value))
            return environments;
        const request = { method: 'PUT', path: this.#paths.environment, body: {}, mayStart };
        const created = await this.#calls.ask(request, permissions/* CREATE_ENVIRONMENTS */.Aj, { 200: () => ({ value: true }) });
        if (created.ok)
            this.#secret.sawNone();
        return created;
    }
    #notFound() {
        const context = this.#calls.context(`GET ${this.#paths.environment}`, permissions/* READ_ENVIRONMENTS */.U$);
        const cause = (0,call_failure/* refused */.J5)('github-environment-not-found', `the environment of ${context.target} does not exist`, /%[\dA-F]{2}/i.test(this.#paths.name)
            ? 'Write the name as it is, not URL-encoded: `/` instead of `%2F`, a space instead of `%20`.'
            : 'Create it in the settings of the repository, or have it created: `create-environment: true`.');
        return { ok: false, failure: (0,call_failure/* failure */.V2)(context, { status: 404 }, cause) };
    }
}
function decodeEnvironments(json) {
    const { total_count: total, environments } = (0,github_json/* fieldsOf */.Pf)(json);
    if (!(0,github_json/* isCount */.my)(total) || !Array.isArray(environments))
        return undefined;
    const items = [];
    for (const row of environments) {
        const { name } = (0,github_json/* fieldsOf */.Pf)(row);
        if (typeof name !== 'string')
            return undefined;
        items.push(name.toLowerCase());
    }
    return { value: { total, items } };
}

// EXTERNAL MODULE: ./lib/github/targets/names.js
var names = __nccwpck_require__(4930);
;// CONCATENATED MODULE: ./lib/github/targets/audience.js


const AUDIENCE_CODES = {
    incomplete: 'github-audience-incomplete',
    changed: 'github-audience-changed',
    tooLong: 'github-audience-too-long',
};
function decodeVisibility(json) {
    const { visibility } = (0,github_json/* fieldsOf */.Pf)(json);
    switch (visibility) {
        case 'all':
        case 'private':
        case 'selected':
            return { value: visibility };
        default:
            return undefined;
    }
}
/**
 * Every repository that may read a secret of visibility `selected`, all pages. What is not in this list loses its
 * access with the next PUT.
 */
function selectedRepositories(calls, place, mayGoOn) {
    const { target } = calls.subject;
    return readCounted(calls, {
        path: `${place.path}/${place.name}/repositories`,
        apiVersion: place.apiVersion,
        permission: place.permission,
        decode: decodePage,
        idOf: (id) => id,
        codes: AUDIENCE_CODES,
        what: `the repositories that may read ${place.name} of ${target}`,
        incomplete: (seen, total) => ({
            message: `the github-token sees only ${seen} of the ${total} repositories that may read ${place.name} of ` +
                `${target}; writing it would take it away from the others`,
            hint: 'Give the token access to all repositories of the organisation.',
        }),
    }, mayGoOn);
}
function decodePage(json) {
    const { total_count: total, repositories } = (0,github_json/* fieldsOf */.Pf)(json);
    if (!(0,github_json/* isCount */.my)(total) || !Array.isArray(repositories))
        return undefined;
    const ids = repositories.map((repository) => (0,github_json/* fieldsOf */.Pf)(repository)).map(({ id }) => id);
    return ids.every(github_json/* isId */.eQ) ? { value: { total, items: ids } } : undefined;
}

;// CONCATENATED MODULE: ./lib/github/targets/new-audience.js


/**
 * Turns inputs into the audience of an organisation's secret that does not exist yet: names become ids, by
 * asking. Without `visibility` nothing is assumed, because no secret is to become readable by accident.
 */
async function newAudience(calls, org, place, { visibility, selectedRepositories }) {
    if (visibility === undefined) {
        return new_audience_problem(calls, place, 'github-visibility-needed', 'it has to be said who may read it', NEEDED);
    }
    if (visibility !== 'selected')
        return { ok: true, value: { visibility }, date: undefined };
    const repositoryIds = new Set();
    for (const repository of selectedRepositories) {
        const id = await idOf(calls, org, place, repository);
        if (!id.ok)
            return id;
        repositoryIds.add(id.value);
    }
    return { ok: true, value: { visibility, repositoryIds: [...repositoryIds] }, date: undefined };
}
const NEEDED = 'Set `visibility` to `all`, `private`, or `selected` with `selected-repositories`.';
const ELSEWHERE = 'An organisation secret can be read only by repositories of that organisation.';
/** @param repository `repo`, `org/repo` or an id */
async function idOf(calls, org, place, repository) {
    if (/^\d{1,15}$/.test(repository))
        return { ok: true, value: Number(repository), date: undefined };
    const slash = repository.indexOf('/');
    const name = repository.slice(slash + 1);
    if (slash >= 0 && repository.slice(0, slash).toLowerCase() !== org.toLowerCase()) {
        const what = `${repository} of \`selected-repositories\` is not one of ${org}'s repositories`;
        return new_audience_problem(calls, place, 'github-selected-repository-elsewhere', what, ELSEWHERE);
    }
    const subject = {
        target: `${org}/${name} of \`selected-repositories\``,
        reach: { owner: org, repository: name },
    };
    const reply = await (0,repository_path/* getRepository */.TM)(calls.for(subject), (0,repository_path/* repositoryPath */.SH)(org, name));
    return reply.ok ? { ...reply, value: reply.value.id } : reply;
}
/** The secret was asked for and is not there: that is the call that these failures are about. */
function new_audience_problem(calls, place, code, what, hint) {
    const context = calls.context(`GET ${place.path}/${place.name}`, place.permission);
    const message = `${context.target} does not have the secret yet, and to create it ${what}`;
    return { ok: false, failure: (0,call_failure/* failure */.V2)(context, { status: 404 }, (0,call_failure/* refused */.J5)(code, message, hint)) };
}

;// CONCATENATED MODULE: ./lib/github/targets/organisation.js






/**
 * A secret of an organisation, in any store. Its PUT replaces who may read it, so that is read again right
 * before and sent back as it is; where it cannot be read, nothing is sent.
 */
class OrganisationTarget {
    label;
    secretName;
    shared = true;
    #calls;
    #place;
    #options;
    #secret;
    /** What `prepare` read: a later reading that differs from it has to be confirmed by another. */
    #prepared;
    /** Resolved once: names of repositories do not become other ids within a run. */
    #created;
    constructor(calls, place, options) {
        this.label = calls.subject.target;
        this.secretName = place.name;
        this.#calls = calls;
        this.#place = place;
        this.#options = options;
        this.#secret = new EncryptedSecret(calls, place);
    }
    async prepare() {
        const key = await this.#secret.fetchPublicKey();
        if (!key.ok)
            return key.failure.code === 'github-not-found' ? this.#whyHidden() : key;
        const audience = await this.#audience();
        if (!audience.ok)
            return audience;
        this.#prepared = audience.value;
        return { ...key, value: true };
    }
    metadata() {
        return this.#secret.metadata();
    }
    listed() {
        return this.#secret.listed();
    }
    get contradiction() {
        return this.#secret.contradiction;
    }
    write(value, mayStart) {
        return this.#secret.put(value, mayStart, (mayGoOn) => this.#fields(mayGoOn));
    }
    probe(unspent) {
        return this.#secret.probe(unspent, (mayGoOn) => this.#fields(mayGoOn));
    }
    /** The secret's own audience, or that of the one to be created. */
    async #audience(mayGoOn) {
        const found = await this.#secret.read(decodeVisibility);
        if (!found.ok)
            return found;
        switch (found.value) {
            case undefined:
                return this.#secret.everThere ? this.#gone() : this.#newAudience();
            case 'all':
            case 'private':
                return { ...found, value: { visibility: found.value } };
            case 'selected': {
                const ids = await selectedRepositories(this.#calls, this.#place, mayGoOn);
                return ids.ok ? { ...ids, value: { visibility: 'selected', repositoryIds: ids.value } } : ids;
            }
        }
    }
    async #newAudience() {
        if (this.#created !== undefined)
            return { ok: true, value: this.#created, date: undefined };
        const { org, audience } = this.#options;
        const reply = await newAudience(this.#calls, org, this.#place, audience);
        if (reply.ok)
            this.#created = reply.value;
        return reply;
    }
    /** What a PUT has to say of the audience, so that it stays as it is at this moment. */
    async #fields(mayGoOn) {
        const reply = await this.#confirmedAudience(mayGoOn);
        if (!reply.ok)
            return reply;
        const { value: audience } = reply;
        if (audience.visibility !== 'selected')
            return { ...reply, value: { visibility: audience.visibility } };
        const { visibility, repositoryIds } = audience;
        const ids = this.#options.stringIds ? repositoryIds.map(String) : repositoryIds;
        return { ...reply, value: { visibility, selected_repository_ids: ids } };
    }
    /**
     * One reply is no evidence: taken for the truth, a stale one would take the secret away from its readers, or give it to
     * others. What differs from `prepare`'s reading counts only where the next reading says the same.
     */
    async #confirmedAudience(mayGoOn) {
        const reply = await this.#audience(mayGoOn);
        if (!reply.ok || this.#prepared === undefined || isSame(reply.value, this.#prepared))
            return reply;
        const again = await this.#audience(mayGoOn);
        if (!again.ok)
            return again;
        if (!isSame(again.value, reply.value) && !isSame(again.value, this.#prepared))
            return this.#unsettled();
        this.#prepared = again.value;
        return again;
    }
    #unsettled() {
        const { path, name, permission } = this.#place;
        const context = this.#calls.context(`GET ${path}/${name}`, permission);
        const message = `who may read ${name} of ${context.target} was answered in three ways, so it is not written`;
        const cause = (0,call_failure/* unclear */.lD)('github-audience-changed', message, true);
        return { ok: false, failure: (0,call_failure/* failure */.V2)(context, { status: 200 }, cause) };
    }
    /** One 404 is no evidence: made anew, the secret would get another audience. It is asked again before each try. */
    #gone() {
        const { path, name, permission } = this.#place;
        const context = this.#calls.context(`GET ${path}/${name}`, permission);
        const message = `${name} of ${context.target} was there before, and GitHub says now that it is not; who may read it is not known, so it is not made anew`;
        const cause = { ...(0,call_failure/* refused */.J5)('github-secret-gone', message), retryable: true };
        return { ok: false, failure: (0,call_failure/* failure */.V2)(context, { status: 404 }, cause) };
    }
    /** 404 for the public key: no such organisation, or nothing of its secrets to be seen with this token. */
    async #whyHidden() {
        const path = `/orgs/${this.#options.org}`;
        const org = await this.#calls.ask({ method: 'GET', path }, permissions/* METADATA */.MV, { 200: () => ({ value: true }) });
        if (org.ok)
            return (0,repository_path/* hiddenSecrets */.af)(this.#calls, path, this.#place.permission);
        if (org.failure.code !== 'github-not-found')
            return org;
        const context = this.#calls.context(`GET ${path}`, this.#place.permission);
        const cause = (0,call_failure/* refused */.J5)('github-not-found', `the organisation ${this.#options.org} does not exist, or the github-token cannot see it`, '`org:` is for organisations; secrets of a user belong to repositories and environments.');
        return { ok: false, failure: (0,call_failure/* failure */.V2)(context, { status: 404 }, cause) };
    }
}
function isSame(one, other) {
    return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}
/** GitHub lists the repositories in an order of its own. */
function inOrder(audience) {
    if (audience.visibility !== 'selected')
        return audience;
    return { ...audience, repositoryIds: audience.repositoryIds.toSorted((a, b) => a - b) };
}

;// CONCATENATED MODULE: ./lib/github/targets/repository.js


/** A secret of one repository, in any store. */
class RepositoryTarget {
    label;
    secretName;
    shared = false;
    #calls;
    #path;
    #permission;
    #secret;
    /** @param path the repository's */
    constructor(calls, path, place) {
        this.label = calls.subject.target;
        this.secretName = place.name;
        this.#calls = calls;
        this.#path = path;
        this.#permission = place.permission;
        this.#secret = new EncryptedSecret(calls, place);
    }
    async prepare() {
        const [key, repository] = await Promise.all([
            this.#secret.fetchPublicKey(),
            (0,repository_path/* getRepository */.TM)(this.#calls, this.#path),
        ]);
        return (0,repository_path/* judge */.S4)(this.#calls, this.#path, this.#permission, key, repository);
    }
    metadata() {
        return this.#secret.metadata();
    }
    listed() {
        return this.#secret.listed();
    }
    get contradiction() {
        return this.#secret.contradiction;
    }
    write(value, mayStart) {
        return this.#secret.put(value, mayStart);
    }
    probe(unspent) {
        return this.#secret.probe(unspent);
    }
}

;// CONCATENATED MODULE: ./lib/github/targets/create-target.js








/**
 * The place that a target names, ready to be prepared, looked at and written.
 * @throws TypeError if a name is not fit for a URL, which inputs/ has made sure of
 */
function createTarget(target, dependencies) {
    const { github, secrets } = dependencies;
    const place = (path) => ({
        path,
        name: (0,names/* secretSegment */.Oj)(target.secretName),
        apiVersion: apiVersion(target.store),
        permission: (0,permissions/* permissionFor */.Tj)(target),
    });
    switch (target.kind) {
        case 'repository': {
            const path = (0,repository_path/* repositoryPath */.SH)(target.owner, target.repo);
            const calls = new github_calls/* Calls */.g(github, secrets, subject(target, target.owner, target.repo));
            return new RepositoryTarget(calls, path, place(`${path}/${target.store}/secrets`));
        }
        case 'environment': {
            const repository = (0,repository_path/* repositoryPath */.SH)(target.owner, target.repo);
            const environment = `${repository}/environments/${(0,names/* environmentSegment */.vQ)(target.environment)}`;
            const calls = new github_calls/* Calls */.g(github, secrets, subject(target, target.owner, target.repo));
            const create = dependencies.createEnvironment ?? false;
            return new EnvironmentTarget(calls, { repository, environment, name: target.environment }, place(`${environment}/secrets`), create);
        }
        case 'organisation': {
            const org = (0,names/* ownerSegment */.VK)(target.org);
            const calls = new github_calls/* Calls */.g(github, secrets, subject(target, org));
            return new OrganisationTarget(calls, place(`/orgs/${org}/${target.store}/secrets`), {
                org,
                stringIds: target.store === 'dependabot',
                audience: dependencies.audience ?? { visibility: undefined, selectedRepositories: [] },
            });
        }
    }
}
/** What a token has to be able to do to write this target's secret. */
function needsOfTarget(target) {
    const permission = (0,permissions/* permissionFor */.Tj)(target);
    const reach = target.kind === 'organisation'
        ? { owner: target.org, repository: undefined }
        : { owner: target.owner, repository: target.repo };
    return (0,token_hint/* needsOf */.hN)((0,permissions/* settingOf */.y7)(permission), permission, reach);
}
function subject(target, owner, repository) {
    return { target: target.label, reach: { owner, repository, writes: (0,permissions/* permissionFor */.Tj)(target) } };
}
/** Agents' secrets came with a newer version of the API, which GitHub Enterprise Server does not know. */
function apiVersion(store) {
    return store === 'agents' ? '2026-03-10' : '2022-11-28';
}


/***/ }),

/***/ 4930:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Oj: () => (/* binding */ secretSegment),
/* harmony export */   VK: () => (/* binding */ ownerSegment),
/* harmony export */   Wt: () => (/* binding */ repositorySegment),
/* harmony export */   vQ: () => (/* binding */ environmentSegment)
/* harmony export */ });
/**
 * Names on their way into a URL. inputs/ has checked them and told the user; here a bad one is a bug of ours,
 * so it throws before any request can be built from it.
 */
/** Users, organisations and enterprise-managed users (`name_company`). */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const SECRET = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const CONTROL = /\p{Cc}/u;
function ownerSegment(owner) {
    return checked(OWNER.test(owner), 'an owner', owner);
}
function repositorySegment(repository) {
    return checked(REPOSITORY.test(repository) && !isDots(repository), 'a repository', repository);
}
/** @returns the name in upper case, as GitHub keeps it */
function secretSegment(name) {
    const upper = name.toUpperCase();
    return checked(SECRET.test(upper), 'a secret', upper);
}
/** @returns the name URL-encoded: `a/b` → `a%2Fb` */
function environmentSegment(name) {
    const fits = name.length > 0 && name.length <= 255 && name.isWellFormed() && !CONTROL.test(name);
    return encodeURIComponent(checked(fits && !isDots(name), 'an environment', name));
}
/** URL parsers take `.` and `..` out of a path, even when they are encoded. */
function isDots(name) {
    return name === '.' || name === '..';
}
function checked(fits, kind, name) {
    if (!fits)
        throw new TypeError(`not the name of ${kind}: ${JSON.stringify(name)}`);
    return name;
}


/***/ }),

/***/ 3606:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Aj: () => (/* binding */ CREATE_ENVIRONMENTS),
/* harmony export */   MI: () => (/* binding */ isForAgents),
/* harmony export */   MV: () => (/* binding */ METADATA),
/* harmony export */   Tj: () => (/* binding */ permissionFor),
/* harmony export */   U$: () => (/* binding */ READ_ENVIRONMENTS),
/* harmony export */   UV: () => (/* binding */ describeMissing),
/* harmony export */   y7: () => (/* binding */ settingOf)
/* harmony export */ });
function writing(name, label, appTokenInput) {
    return { name, label, level: 'write', appTokenInput };
}
const REPOSITORY = {
    actions: writing('secrets', 'Secrets', true),
    dependabot: writing('dependabot_secrets', 'Dependabot secrets', true),
    codespaces: writing('codespaces_secrets', 'Codespaces secrets', false),
    agents: writing('agent_secrets', 'Agent secrets', false),
};
const ORGANISATION = {
    actions: writing('organization_secrets', 'Organization secrets', true),
    dependabot: writing('organization_dependabot_secrets', 'Organization dependabot secrets', false),
    codespaces: writing('organization_codespaces_secrets', 'Organization codespaces secrets', false),
    agents: writing('organization_agent_secrets', 'Organization agent secrets', false),
};
const ENVIRONMENT = writing('environments', 'Environments', true);
const METADATA = {
    name: 'metadata',
    label: 'Metadata',
    level: 'read',
    appTokenInput: true,
};
const READ_ENVIRONMENTS = {
    name: 'actions',
    label: 'Actions',
    level: 'read',
    appTokenInput: true,
};
const CREATE_ENVIRONMENTS = writing('administration', 'Administration', true);
const KNOWN = new Map([
    ...Object.values(REPOSITORY),
    ...Object.values(ORGANISATION),
    ENVIRONMENT,
    METADATA,
    READ_ENVIRONMENTS,
    CREATE_ENVIRONMENTS,
].map((permission) => [permission.name, permission]));
/** What a token needs to write this target's secret. */
function permissionFor(target) {
    switch (target.kind) {
        case 'repository':
            return REPOSITORY[target.store];
        case 'environment':
            return ENVIRONMENT;
        case 'organisation':
            return ORGANISATION[target.store];
    }
}
function isForAgents(permission) {
    return permission === REPOSITORY.agents || permission === ORGANISATION.agents;
}
/**
 * The permissions missing, for people: `"Secrets: Read and write"`. GitHub's header names what the refused call needs
 * (`,` all of them, `;` one of these sets); where it names the target's own permission for reading, writing is
 * what is needed in the end.
 */
function describeMissing(header, own) {
    const sets = (header ?? '')
        .split(';')
        .map((set) => set.split(',').flatMap((one) => describe(one.trim(), own)))
        .filter((set) => set.length > 0);
    if (sets.length === 0)
        return settingOf(own);
    return [...new Set(sets.map((set) => set.join(' and ')))].join(' or ');
}
function describe(pair, own) {
    const match = /^([a-z_]{1,60})=(read|write|admin)$/.exec(pair);
    if (match === null)
        return [];
    const [, name = '', level = ''] = match;
    return [quoted(KNOWN.get(name)?.label ?? name, name === own.name ? own.level : level)];
}
/** How a permission is set on GitHub's settings pages: `"Secrets: Read and write"`. */
function settingOf({ label, level }) {
    return quoted(label, level);
}
/** As the settings pages call the levels; they have `admin` for some permissions of an organisation. */
const LEVELS = {
    read: 'Read-only',
    write: 'Read and write',
    admin: 'Admin',
};
function quoted(label, level) {
    return `"${label}: ${LEVELS[level] ?? level}"`;
}


/***/ }),

/***/ 1590:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   S4: () => (/* binding */ judge),
/* harmony export */   SH: () => (/* binding */ repositoryPath),
/* harmony export */   TM: () => (/* binding */ getRepository),
/* harmony export */   af: () => (/* binding */ hiddenSecrets)
/* harmony export */ });
/* harmony import */ var _call_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8964);
/* harmony import */ var _json_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(7781);
/* harmony import */ var _token_hint_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4978);
/* harmony import */ var _names_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(4930);
/* harmony import */ var _permissions_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(3606);





/** The path of a repository in GitHub's API; throws on names that are none. */
function repositoryPath(owner, repository) {
    return `/repos/${(0,_names_js__WEBPACK_IMPORTED_MODULE_3__/* .ownerSegment */ .VK)(owner)}/${(0,_names_js__WEBPACK_IMPORTED_MODULE_3__/* .repositorySegment */ .Wt)(repository)}`;
}
function getRepository(calls, path) {
    return calls.ask({ method: 'GET', path }, _permissions_js__WEBPACK_IMPORTED_MODULE_2__/* .METADATA */ .MV, {
        200: (json) => {
            const { id, archived } = (0,_json_js__WEBPACK_IMPORTED_MODULE_4__/* .fieldsOf */ .Pf)(json);
            return (0,_json_js__WEBPACK_IMPORTED_MODULE_4__/* .isId */ .eQ)(id) ? { value: { id, archived: archived === true } } : undefined;
        },
    });
}
/**
 * What a public key and its repository, asked for at the same time, say together: an archived repository still
 * gives its key, and 404 for a key can mean that the repository, the environment or a permission is missing.
 * @param calls on behalf of the target
 * @param path the repository's
 */
function judge(calls, path, permission, key, repository) {
    if (repository.ok && repository.value.archived) {
        const context = calls.context(`GET ${path}`, permission);
        return { ok: false, failure: (0,_call_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .failure */ .V2)(context, { status: 200 }, (0,_call_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .archivedCause */ ._l)(context.target)) };
    }
    if (key.ok) {
        // The key shows that the repository is there; an unclear look at it is worth another try all the same,
        // because whether it is archived is only known from there.
        return repository.ok || !repository.failure.retryable ? { ...key, value: true } : repository;
    }
    const hidden = key.failure.code === 'github-not-found' && repository.ok;
    return hidden ? hiddenSecrets(calls, path, permission) : key;
}
/** What is there to be seen, is not to be written: a permission is missing. */
function hiddenSecrets(calls, path, permission) {
    const context = calls.context(`GET ${path}`, permission);
    const missing = (0,_permissions_js__WEBPACK_IMPORTED_MODULE_2__/* .describeMissing */ .UV)(undefined, permission);
    const cause = (0,_call_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .lacking */ .gP)('github-missing-permission', `${context.target} exists, but the github-token cannot see its secrets: it lacks ${missing}`, (0,_token_hint_js__WEBPACK_IMPORTED_MODULE_1__/* .needsOf */ .hN)(missing, permission, context.reach));
    return { ok: false, failure: (0,_call_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .failure */ .V2)(context, { status: 200 }, cause) };
}


/***/ }),

/***/ 6764:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   IF: () => (/* binding */ loadSeal),
/* harmony export */   NP: () => (/* binding */ isPublicKey),
/* harmony export */   uQ: () => (/* binding */ warmUpSeal)
/* harmony export */ });
/** GitHub: "Secrets are limited to 48 KB in size". */
const MAX_BYTES = 48 * 1_024;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;
/** Whether this can be a public key at all: known before a key is minted, which the seal itself is not. */
function isPublicKey(key) {
    return BASE64.test(key);
}
/**
 * Loads libsodium (10 to 25 ms, so not before a key is being made); the seal itself is synchronous. A sealed box is
 * libsodium's `crypto_box_seal`, in standard base64: GitHub refuses the URL-safe kind, libsodium.js's default.
 */
async function loadSeal() {
    const sodium = await loadSodium();
    return (value, publicKey) => {
        const bytes = Buffer.from(value.expose(), 'utf8');
        if (bytes.length > MAX_BYTES)
            return { ok: false, code: 'github-value-too-large' };
        try {
            const key = sodium.from_base64(publicKey.key, sodium.base64_variants.ORIGINAL);
            const box = sodium.crypto_box_seal(bytes, key, 'uint8array');
            return { ok: true, box: sodium.to_base64(box, sodium.base64_variants.ORIGINAL) };
        }
        catch {
            return { ok: false, code: 'github-bad-public-key' };
        }
    };
}
/** Does beside something else what would keep the first seal waiting: the load, and V8's compilation of what it runs. */
async function warmUpSeal() {
    const sodium = await loadSodium();
    sodium.crypto_box_seal(new Uint8Array(1), sodium.crypto_box_keypair().publicKey);
}
async function loadSodium() {
    const { default: sodium } = await __nccwpck_require__.e(/* import() | libsodium */ 725).then(__nccwpck_require__.bind(__nccwpck_require__, 4768));
    await sodium.ready;
    return sodium;
}


/***/ }),

/***/ 5560:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ tokenExpiryWarning),
/* harmony export */   g: () => (/* binding */ parseTokenExpiration)
/* harmony export */ });
/* harmony import */ var _core_time_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4258);

const DAY = 24 * 60 * 60 * 1_000;
/** A writer token that dies sooner than this is worth a warning. */
const SOON = 14 * DAY;
const EXPIRATION = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) (?:UTC|([+-]\d{2}):?(\d{2}))$/;
/**
 * Reads the header `github-authentication-token-expiration`, which GitHub sends with every reply to a personal
 * access token that ends: `2026-12-01 10:00:00 UTC` or `2026-12-01 10:00:00 +0000`.
 * @returns undefined if it is something else: nothing depends on it but a warning
 */
function parseTokenExpiration(header) {
    const match = EXPIRATION.exec(header.trim());
    if (match === null)
        return undefined;
    const [, date, time, hours, minutes] = match;
    const instant = Date.parse(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
    return Number.isNaN(instant) ? undefined : instant;
}
/** What to tell about a writer token that dies within 14 days of `now`; undefined: nothing. */
function tokenExpiryWarning(expiresAt, now) {
    if (expiresAt === undefined || expiresAt - now > SOON)
        return undefined;
    const daysLeft = Math.max(0, Math.floor((expiresAt - now) / DAY));
    const left = daysLeft === 0 ? 'less than a day' : `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`;
    return {
        expiresAt,
        daysLeft,
        message: `the github-token expires at ${(0,_core_time_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .X)(expiresAt)}, in ${left}; after that no secret can be written: ` +
            'create a new personal access token, or use a GitHub App, whose tokens are made for each run',
    };
}


/***/ }),

/***/ 4978:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Jy: () => (/* binding */ forOneToken),
/* harmony export */   b0: () => (/* binding */ newTokenHint),
/* harmony export */   hN: () => (/* binding */ needsOf),
/* harmony export */   jE: () => (/* binding */ tokenHint)
/* harmony export */ });
/* harmony import */ var _targets_permissions_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3606);

/** @param missing the permissions in words, see {@link describeMissing} */
function needsOf(missing, permission, { owner, repository, writes = permission }) {
    const all = writes === permission ? [permission] : [writes, permission];
    // A token for what is missing alone could not write in the end.
    const needed = writes === permission ? missing : `${(0,_targets_permissions_js__WEBPACK_IMPORTED_MODULE_0__/* .settingOf */ .y7)(writes)} and ${missing}`;
    const inputs = all.every(({ appTokenInput }) => appTokenInput) && namesNoOthers(needed, all);
    return { owner, repository, missing: needed, inputs: inputs ? all.map(inputOf) : undefined };
}
function inputOf({ name, level }) {
    return `permission-${name.replaceAll('_', '-')}: ${level}`;
}
/** Which token to make in the place of one that is not valid, and where it goes. */
function newTokenHint({ permission, reach: { owner, repository, writes = permission }, }) {
    const place = repository === undefined ? owner : `${owner}/${repository}`;
    return `make a new token with ${(0,_targets_permissions_js__WEBPACK_IMPORTED_MODULE_0__/* .settingOf */ .y7)(writes)} for ${place}, at https://github.com/settings/personal-access-tokens/new or in the settings of your server, and put it into the secret that \`github-token\` reads (at a shell: \`MUTX_GITHUB_TOKEN\`)`;
}
/** GitHub's own word for what a call needs goes before ours; every token that is good for a repository has `Metadata`. */
function namesNoOthers(words, permissions) {
    const known = new Set([...permissions, _targets_permissions_js__WEBPACK_IMPORTED_MODULE_0__/* .METADATA */ .MV].map(_targets_permissions_js__WEBPACK_IMPORTED_MODULE_0__/* .settingOf */ .y7));
    return words.split(' or ').some((set) => (set.match(/"[^"]+"/gu) ?? []).every((one) => known.has(one)));
}
/**
 * How to get a token that may write secrets: a GitHub App's, made in the workflow, or a fine-grained personal
 * access token kept as a secret. Several lines, with YAML to copy.
 * @param needs at least one, all of one owner
 */
function tokenHint(needs) {
    const owner = needs[0]?.owner ?? '';
    const repositories = unique(needs.flatMap(({ repository }) => repository ?? []));
    const permissions = unique(needs.map(({ missing }) => missing));
    const missing = permissions.join(', ');
    // Given one of these inputs, the token has nothing but what they name.
    const narrowed = needs.every(({ inputs }) => inputs !== undefined)
        ? unique(needs.flatMap(({ inputs }) => inputs ?? []))
        : [];
    // A token for some repositories does not see who else may read an organisation's secret.
    const isForAll = needs.some(({ repository }) => repository === undefined);
    const places = [
        ...(isForAll ? [owner] : []),
        ...repositories.map((repository) => `${owner}/${repository}`),
    ];
    return [
        `Use a GitHub App installed on ${places.join(', ')} with the permission${permissions.length > 1 ? 's' : ''} ${missing}:`,
        '- uses: actions/create-github-app-token@v3',
        '  id: app-token',
        '  with:',
        `    client-id: ${expression('vars.APP_CLIENT_ID')}`,
        `    private-key: ${expression('secrets.APP_PRIVATE_KEY')}`,
        `    owner: ${owner}`,
        ...(isForAll ? [] : [`    repositories: ${repositories.join(',')}`]),
        ...narrowed.map((input) => `    ${input}`),
        '- uses: mutx/api-key-action@v1',
        '  with:',
        `    github-token: ${expression('steps.app-token.outputs.token')}`,
        `Or a fine-grained personal access token with ${missing}, kept as a secret:`,
        `    github-token: ${expression('secrets.SECRETS_WRITER_TOKEN')}`,
    ].join('\n');
}
/**
 * Where several calls lack permissions for one owner, one token can do for all of them: the first tells of it, the
 * others point there. A failure for each target would be as many workflows to copy, none of which is enough.
 * @param everything that the token is for: what works with the one of now must work with the new one too
 */
function forOneToken(failures, everything) {
    const lacking = failures.flatMap(({ needs }) => needs ?? []);
    const owners = unique(lacking.map(({ owner }) => owner));
    // Once for each owner, not for each of five hundred targets.
    const hints = new Map(owners.map((owner) => [owner, hintForAll(owner, [...lacking, ...everything])]));
    const told = new Set();
    return failures.map((failure) => {
        const { needs } = failure;
        const hint = needs && hints.get(needs.owner);
        if (needs === undefined || hint === undefined)
            return failure;
        const above = told.has(needs.owner);
        told.add(needs.owner);
        return { ...failure, hint: above ? `One token with ${needs.missing} too: see above.` : hint };
    });
}
/** @returns undefined where each of them asks for the same token */
function hintForAll(owner, needs) {
    const all = needs.filter((one) => one.owner === owner);
    return unique(all.map((one) => tokenHint([one]))).length < 2 ? undefined : tokenHint(all);
}
function unique(texts) {
    return [...new Set(texts)];
}
/** An expression of GitHub Actions. */
function expression(inner) {
    return `\${{ ${inner} }}`;
}


/***/ }),

/***/ 5165:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ HttpClient)
});

;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");
;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");
;// CONCATENATED MODULE: external "node:dns"
const external_node_dns_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");
;// CONCATENATED MODULE: ./lib/http/dial.js


const timer = (ms, fire) => {
    const handle = setTimeout(fire, ms);
    return () => clearTimeout(handle);
};
const DIALING = {
    lookup: (host) => new Promise((found, failed) => {
        external_node_dns_namespaceObject.lookup(host, { all: true }, (error, addresses) => error === null ? found(addresses) : failed(error));
    }),
    after: timer,
};
/** "Connection Attempt Delay" (RFC 8305, section 5). */
const HEAD_START_MS = 250;
/** The name was not resolved. */
class LookupError extends Error {
}
/**
 * A TCP connection to the first address of `host` that answers. Each address is tried a moment after the one before,
 * and none is given up before another answers (RFC 8305). Node's own way (`autoSelectFamily`) gives up every address
 * but the last after 250 ms, so that a slow address with a dead one after it is never reached.
 * @param host a name or an address
 * @param abandoned gives all of them up
 * @throws LookupError with the resolver's error as its cause; otherwise the error of the address tried first
 */
async function dial(host, port, abandoned, dialing) {
    const waiting = external_node_net_namespaceObject.isIP(host) === 0 ? await resolve(host, dialing) : [host];
    abandoned.throwIfAborted();
    return new Promise((connected, failed) => {
        const sockets = [];
        const errors = [];
        let over = false;
        let cancelNext = () => { };
        const end = (winner) => {
            over = true;
            cancelNext();
            abandoned.removeEventListener('abort', giveUp);
            for (const socket of sockets)
                if (socket !== winner)
                    socket.destroy();
        };
        const giveUp = () => {
            end();
            failed(abandoned.reason);
        };
        const next = () => {
            cancelNext();
            const address = waiting.shift();
            if (address === undefined) {
                if (errors.length < sockets.length)
                    return;
                end();
                failed(errors[0] ?? new Error('the name has no address'));
                return;
            }
            // By its name, so that whoever watches or intercepts sockets sees it.
            const socket = external_node_net_namespaceObject.connect({
                host,
                port,
                noDelay: true,
                autoSelectFamily: false,
                lookup: (_name, _options, found) => found(null, address, external_node_net_namespaceObject.isIP(address)),
            });
            sockets.push(socket);
            socket.once('connect', () => {
                end(socket);
                connected(socket);
            });
            // A socket may fail at any moment until the request has taken it over; this listener stays.
            socket.on('error', (error) => {
                if (over)
                    return;
                errors.push(error);
                next();
            });
            cancelNext = dialing.after(HEAD_START_MS, next);
        };
        abandoned.addEventListener('abort', giveUp);
        next();
    });
}
async function resolve(host, dialing) {
    try {
        return (await dialing.lookup(host)).map(({ address }) => address);
    }
    catch (cause) {
        throw new LookupError('not resolved', { cause });
    }
}

;// CONCATENATED MODULE: external "node:module"
const external_node_module_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:module");
;// CONCATENATED MODULE: ./lib/http/node.js

/**
 * Node's HTTP and TLS, for all of src/http. An `import` of `node:http` reads each of its exports, and one of them loads
 * undici, which takes four times as long as a bare Node takes to start; `require` reads only what is used. Types cost
 * nothing, and are imported where they are needed. (`process.getBuiltinModule` would do as well, but Node 22.0 to 22.2
 * do not have it.)
 */
const load = (0,external_node_module_namespaceObject.createRequire)(import.meta.url);
const http = load('node:http');
const https = load('node:https');
const tls = load('node:tls');
const util = load('node:util');

// EXTERNAL MODULE: ./lib/http/proxy.js + 1 modules
var proxy = __nccwpck_require__(7015);
;// CONCATENATED MODULE: ./lib/http/connect.js





/** No connection, so nothing was sent. The message is in our words: certificates and proxies are strangers. */
class ConnectError extends Error {
    reason;
    /** false: it stays as it is until someone changes a setting */
    retryable;
    constructor(reason, message, retryable) {
        super(message);
        this.reason = reason;
        this.retryable = retryable;
    }
}
/** The TCP socket at the bottom of each connection made here. */
const bottoms = new WeakMap();
/**
 * A connection to the origin of `url` on which a request can be written at once: through the proxy, if the
 * environment sets one, and with TLS done.
 * @param abandoned stops connecting
 * @throws ConnectError
 */
async function connect(url, abandoned, dialing = DIALING) {
    const proxy = proxyOf(url);
    const first = { url: proxy ?? url, isProxy: proxy !== undefined };
    const bottom = await openTcp(first, abandoned, dialing);
    const stop = () => bottom.destroy();
    abandoned.addEventListener('abort', stop);
    try {
        let socket = bottom;
        if (proxy?.protocol === 'https:')
            socket = await connect_secure(socket, first, abandoned);
        if (proxy !== undefined)
            socket = await tunnel(socket, url, proxy);
        if (url.protocol === 'https:')
            socket = await connect_secure(socket, { url, isProxy: false }, abandoned);
        bottoms.set(socket, bottom);
        return socket;
    }
    catch (error) {
        bottom.destroy();
        throw error;
    }
    finally {
        abandoned.removeEventListener('abort', stop);
    }
}
/** undefined: none is used */
function proxyOf(url) {
    const way = (0,proxy/* wayTo */.b)(url);
    if (way.kind === 'unusable')
        throw new ConnectError('proxy-setting', way.problem, false);
    return way.kind === 'proxy' ? way.url : undefined;
}
/**
 * Ends a connection with a TCP reset, so that bytes which still wait in the kernel are thrown away rather than
 * delivered late. (On a TLS socket `resetAndDestroy` throws; the TCP socket below it takes it.)
 */
function connect_reset(socket) {
    bottoms.get(socket)?.resetAndDestroy();
    socket.destroy();
}
async function openTcp(place, abandoned, dialing) {
    const { url, isProxy } = place;
    try {
        const socket = await dial(hostOf(url), portOf(url), abandoned, dialing);
        reached.add(url.hostname);
        return socket;
    }
    catch (error) {
        const cause = errorCode(error instanceof LookupError ? error.cause : error);
        const isUnknown = error instanceof LookupError && NO_SUCH_NAME.has(cause) && !reached.has(url.hostname);
        const reason = isProxy ? 'proxy-unreachable' : isUnknown ? 'unknown-host' : 'unreachable';
        const what = isUnknown ? 'there is no host' : 'no connection to';
        throw new ConnectError(reason, `${what} ${nameOf(place)} (${cause})`, !isUnknown);
    }
}
/** Hosts that this process has been connected to: what a resolver says of them now will pass. */
const reached = new Set();
/** The resolver's word that a name does not exist, rather than that it could not ask. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA']);
async function connect_secure(socket, place, abandoned) {
    const host = hostOf(place.url);
    // A name only: TLS has no server names for addresses (RFC 6066, section 3).
    const servername = external_node_net_namespaceObject.isIP(host) === 0 ? { servername: host } : {};
    const secured = tls.connect({
        socket,
        host,
        ...servername,
        ALPNProtocols: ['http/1.1'],
        // Said here so that NODE_TLS_REJECT_UNAUTHORIZED=0 in a job's environment does not change it.
        rejectUnauthorized: true,
    });
    try {
        await ready(secured, 'secureConnect', abandoned);
        return secured;
    }
    catch (error) {
        const cause = errorCode(error);
        // What the network did is not the other side's word on TLS.
        const isNetwork = NETWORK.has(cause);
        const refused = isNetwork ? 'unreachable' : 'tls';
        const reason = place.isProxy ? 'proxy-unreachable' : refused;
        throw new ConnectError(reason, `no TLS connection to ${nameOf(place)} (${cause})`, isNetwork);
    }
}
const NETWORK = new Set([
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ABORT_ERR',
]);
/** CONNECT (RFC 9110, section 9.3.6). */
async function tunnel(socket, url, proxy) {
    const authority = `${url.hostname}:${portOf(url)}`;
    const request = http.request({
        method: 'CONNECT',
        path: authority,
        headers: { host: authority, ...authorization(proxy) },
        createConnection: () => socket,
    });
    request.end();
    const refusal = (why, retryable) => {
        const message = `the proxy ${placeOf(proxy)} did not connect to ${placeOf(url)} (${why})`;
        return new ConnectError('proxy-refused', message, retryable);
    };
    const [response, tunnelled, head] = await answerOf(request).catch((error) => {
        throw refusal(errorCode(error), NETWORK.has(errorCode(error)));
    });
    const status = Number(response.statusCode);
    // 407 and 403 are a setting; 5xx is what the proxy met on its way.
    if (status !== 200)
        throw refusal(`status ${status}`, status >= 500 || status === 429);
    // The client speaks first, in HTTP as in TLS: whatever came already is not from the origin.
    if (head.length > 0)
        throw refusal('it sent something of its own', false);
    return tunnelled;
}
async function answerOf(request) {
    return (await (0,external_node_events_namespaceObject.once)(request, 'connect'));
}
function authorization(proxy) {
    if (proxy.username === '' && proxy.password === '')
        return {};
    const text = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    return { 'proxy-authorization': `Basic ${Buffer.from(text, 'utf8').toString('base64')}` };
}
async function ready(socket, event, abandoned) {
    // A socket may fail at any moment until the request has taken it over; whoever waits then hears of it.
    socket.on('error', () => { });
    await (0,external_node_events_namespaceObject.once)(socket, event, { signal: abandoned });
}
function hostOf(url) {
    return url.hostname.replace(/^\[|\]$/g, '');
}
function portOf(url) {
    if (url.port !== '')
        return Number(url.port);
    return url.protocol === 'https:' ? 443 : 80;
}
/** `api.mutx.dev:443`, `the proxy proxy.corp:3128` */
function nameOf({ url, isProxy }) {
    return isProxy ? `the proxy ${placeOf(url)}` : placeOf(url);
}
function placeOf(url) {
    return `${url.hostname}:${portOf(url)}`;
}
/** An error's code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), and nothing of its text. */
function errorCode(error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return /^\w+$/.test(code) ? code : 'no code';
}

;// CONCATENATED MODULE: ./lib/http/agent.js



/**
 * How long a connection may rest before it is given up. Short: many servers end one after five seconds, and a
 * request that meets such an end is lost without anyone knowing whether it was applied. Within a run calls
 * follow one another much faster.
 */
const REST_MS = 2_000;
const connectThen = util.callbackify((origin, abandoned, dialing) => connect(origin, abandoned, dialing));
/** Keeps connections to one origin; hands over only such as a request can be written to at once. */
function createAgent(origin, dialing = DIALING) {
    const options = { keepAlive: true, timeout: REST_MS };
    const agent = origin.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
    agent.createConnection = (request, handOver) => {
        // Both are always there; the agent takes an error without a socket, which its types do not know.
        const { abandoned } = request;
        connectThen(origin, abandoned, dialing, handOver);
        return undefined;
    };
    return agent;
}
/** Gives up the connections that wait for a request, so that the next request opens its own. */
function dropIdle(agent) {
    const idle = agent.freeSockets;
    for (const socket of Object.values(idle).flat())
        socket.destroy();
}

;// CONCATENATED MODULE: ./lib/http/failed.js

/** @param error undefined: the time was over */
function notSent(error, { timeoutMs }) {
    if (error === undefined) {
        const message = `no connection within ${timeoutMs / 1_000} s`;
        return { kind: 'not-sent', code: 'timeout', message, retryable: true };
    }
    if (error instanceof ConnectError) {
        const { reason, message, retryable } = error;
        return { kind: 'not-sent', code: reason, message, retryable };
    }
    const message = `the connection broke (${errorCode(error)})`;
    return { kind: 'not-sent', code: 'unreachable', message, retryable: true };
}
/**
 * @param code what is wrong, unless the parser says it of the reply (`HPE_INVALID_CONSTANT`,
 * `HPE_HEADER_OVERFLOW`)
 */
function lost(code, error, limits) {
    const why = errorCode(error).startsWith('HPE_') ? 'bad-http' : code;
    return { kind: 'lost', code: why, message: lostText(why, errorCode(error), limits) };
}
function lostText(code, cause, { timeoutMs, maxBytes }) {
    switch (code) {
        case 'timeout':
            return `no complete reply within ${timeoutMs / 1_000} s`;
        case 'reset':
            return `the connection ended before the reply (${cause})`;
        case 'cut-off':
            return `the connection ended in the middle of the reply (${cause})`;
        case 'too-large':
            return `the reply is longer than ${maxBytes} bytes`;
        case 'compressed':
            return 'the reply is compressed, which was not asked for';
        case 'bad-http':
            return `the reply is not HTTP as it should be (${cause})`;
    }
}

// EXTERNAL MODULE: ./lib/http/result.js
var result = __nccwpck_require__(9755);
;// CONCATENATED MODULE: ./lib/http/attempt.js





/** Node's own default, said here so that a flag in NODE_OPTIONS does not change it. */
const MAX_HEADER_BYTES = 16_384;
/** One request on one connection, within the limits. Never rejects for what the network or the server did. */
function attempt(options) {
    return new Promise((resolve) => new Attempt(options, resolve));
}
class Attempt {
    #options;
    #resolve;
    #request;
    #abandoned = new AbortController();
    #cancelTimer;
    #phase = 'connecting';
    #socket;
    constructor(options, resolve) {
        this.#options = options;
        this.#resolve = resolve;
        const { origin, agent, method, path, headers, limits, after } = options;
        this.#cancelTimer = after(limits.timeoutMs, () => this.#giveUp('timeout', undefined));
        // A server may close an idle connection at the moment a request is written to it. What cannot be repeated
        // (RFC 9110, section 9.2.2) is not exposed to that: nobody could say whether it was applied.
        if (method === 'POST')
            dropIdle(agent);
        const { request } = origin.protocol === 'https:' ? https : http;
        this.#request = request({
            host: origin.hostname,
            port: origin.port,
            agent,
            method,
            path,
            headers,
            maxHeaderSize: MAX_HEADER_BYTES,
            abandoned: this.#abandoned.signal,
        })
            .once('socket', (socket) => this.#start(socket))
            .once('response', (response) => this.#read(response))
            .on('error', (error) => this.#giveUp(undefined, error))
            // After an answer that is no reply (101) there is neither a response nor an error.
            .once('close', () => this.#giveUp(undefined, undefined));
    }
    /**
     * The agent's connections are ready (agent.ts), and `end` of a request that has its socket writes to it at
     * once: between the question and the bytes being with the kernel, nothing else runs.
     */
    #start(socket) {
        this.#socket = socket;
        if (this.#options.mayStart()) {
            this.#phase = 'sent';
            this.#request.end(this.#options.body);
        }
        else {
            const message = 'the time for sending it was over';
            this.#settle({ kind: 'not-sent', code: 'not-started', message, retryable: false });
            this.#request.destroy();
        }
    }
    #read(response) {
        this.#phase = 'replying';
        const headers = headersOf(response);
        if ((headers.get('content-encoding') ?? 'identity') !== 'identity') {
            this.#giveUp('compressed', undefined);
            return;
        }
        const chunks = [];
        let size = 0;
        response
            .on('data', (chunk) => {
            size += chunk.length;
            if (size > this.#options.limits.maxBytes)
                this.#giveUp('too-large', undefined);
            else
                chunks.push(chunk);
        })
            .on('error', (error) => this.#giveUp(undefined, error))
            .once('end', () => {
            const status = response.statusCode;
            // Such a server may close the connection without saying so (MUTX does after a 500), and then the next
            // request on it is lost.
            if ((0,result/* isServerError */.G)(status))
                this.#socket.destroy();
            this.#settle({ kind: 'raw', status, headers, bytes: Buffer.concat(chunks) });
        });
    }
    #giveUp(code, error) {
        const { limits } = this.#options;
        switch (this.#phase) {
            case 'over':
                return;
            case 'connecting':
                this.#settle(notSent(error, limits));
                break;
            case 'sent':
                this.#settle(lost(code ?? 'reset', error, limits));
                break;
            case 'replying':
                this.#settle(lost(code ?? 'cut-off', error, limits));
                break;
        }
        this.#abandoned.abort();
        if (this.#socket !== undefined)
            connect_reset(this.#socket);
        this.#request.destroy();
    }
    #settle(result) {
        this.#phase = 'over';
        this.#cancelTimer();
        this.#resolve(result);
    }
}
/** Set-Cookie, the only one that node gives as a list, is left out: nobody here has a use for it. */
function headersOf(response) {
    return new Map(Object.entries(response.headers).filter((entry) => typeof entry[1] === 'string'));
}

;// CONCATENATED MODULE: ./lib/http/body.js
/** Enough of a page to recognise it by. */
const EXCERPT_BYTES = 2_048;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
/** A reply's bytes as what they are said to be. JSON that does not parse is `other`: somebody cut it off. */
function decodeBody(bytes, contentType) {
    if (bytes.length === 0)
        return { kind: 'empty' };
    if (JSON_TYPE.test(contentType ?? '')) {
        try {
            const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
            return { kind: 'json', value: JSON.parse(text) };
        }
        catch {
            // Neither error is kept: what V8 says of broken JSON quotes it, and it may hold a key.
        }
    }
    return { kind: 'other', text: bytes.toString('utf8', 0, EXCERPT_BYTES) };
}

// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __nccwpck_require__(3145);
;// CONCATENATED MODULE: ./lib/http/client.js





/**
 * One service's HTTP: JSON in and out, one attempt a call, each within its limits. No redirect is followed, no
 * request sent twice: what to do about a failure is the engine's decision.
 */
class HttpClient {
    /** Of the base URL, without a slash at the end: `` or `/api/v3`. */
    basePath;
    #options;
    #agent;
    constructor(options) {
        this.#options = options;
        this.basePath = options.baseUrl.pathname.replace(/\/+$/, '');
        this.#agent = createAgent(options.baseUrl, options.dialing);
    }
    /**
     * @throws TypeError for a path, query or header that could not be meant (a line break in it): a bug, found
     * before anything is sent
     */
    async send(request) {
        const { baseUrl, timeoutMs = 30_000, maxBytes = 1_048_576, after = timer } = this.#options;
        const path = this.basePath + checkedPath(request.path);
        const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body), 'utf8');
        const headers = checkedHeaders({
            accept: 'application/json',
            'accept-encoding': 'identity',
            'user-agent': this.#options.userAgent,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...request.headers,
        });
        const started = performance.now();
        const raw = await attempt({
            origin: baseUrl,
            agent: this.#agent,
            method: request.method,
            path: path + queryText(request.query),
            headers: hasLength(request) ? { ...headers, 'content-length': body?.length ?? 0 } : headers,
            body,
            mayStart: request.mayStart ?? (() => true),
            limits: { timeoutMs, maxBytes },
            after,
        });
        const ms = Math.round(performance.now() - started);
        const { service, onRequest } = this.#options;
        const status = raw.kind === 'raw' ? raw.status : raw.kind;
        onRequest?.({ service, method: request.method, path, status, ms });
        if (raw.kind !== 'raw')
            return raw;
        return {
            kind: 'reply',
            status: raw.status,
            headers: raw.headers,
            body: decodeBody(raw.bytes, raw.headers.get('content-type')),
            date: (0,retry_after/* parseHttpDate */.m)(raw.headers.get('date')),
            ms,
        };
    }
    /** Gives up the connections. */
    close() {
        this.#agent.destroy();
    }
}
/** Visible ASCII: anything else should have been encoded. The query has its own field. */
function checkedPath(path) {
    if (!/^\/[!-~]*$/.test(path) || /[?#]/.test(path))
        throw new TypeError('a request path is not encoded');
    return path;
}
/** One line of Latin-1, tabs allowed (RFC 9110, section 5.5). */
function checkedHeaders(headers) {
    for (const [name, value] of Object.entries(headers)) {
        // The value stays out of the message: it may be a credential.
        if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
            throw new TypeError(`header ${name} is not one line of text`);
    }
    return headers;
}
function queryText(query = {}) {
    const parts = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
    return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
/** A body is sent, or expected to be (RFC 9110, section 8.6). */
function hasLength({ method, body }) {
    return body !== undefined || (method !== 'GET' && method !== 'DELETE');
}


/***/ }),

/***/ 7015:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  b: () => (/* binding */ wayTo)
});

;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map
;// CONCATENATED MODULE: ./lib/http/proxy.js

const ENCODE = 'percent-encode the user name and the password (`#` is %23, `%` is %25, `/` is %2F, `?` is %3F, `@` is %40)';
/**
 * The way of a request: the runner's own rules (`HTTPS_PROXY`, `NO_PROXY`, never a proxy for loopback), from its own
 * library. Only the decision is taken from there. Its agent tunnels with a package that keeps no connection alive,
 * cannot be told to stop connecting, and hides the TCP socket, which must be reset when a request is given up; and its
 * reading of the URL goes around a proxy that it cannot read, and takes what follows a raw `#` or `/` in a password
 * for something else. A value without a scheme is the `host:port` of a proxy that speaks HTTP, as curl has it.
 */
function wayTo(url) {
    const setting = checkBypass(url) ? undefined : proxySetting(url.protocol);
    if (setting === undefined)
        return { kind: 'direct' };
    const proxy = proxyUrl(setting.value);
    return typeof proxy === 'string'
        ? { kind: 'unusable', problem: `${setting.name} ${proxy}` }
        : { kind: 'proxy', url: proxy };
}
/** The variable that decides for this protocol, small letters first; undefined: none is set. */
function proxySetting(protocol) {
    const names = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
    // The library reads NO_PROXY there by itself; both are taken from one place.
    // oxlint-disable-next-line no-restricted-globals
    const { env } = process;
    for (const name of names) {
        const value = (env[name] ?? '').trim();
        if (value !== '')
            return { name, value };
    }
    return undefined;
}
/** @returns what is wrong with it, where it cannot be used; reads on from the name of the variable */
function proxyUrl(value) {
    const [, scheme] = /^([A-Za-z][A-Za-z\d+.-]*):\/\//.exec(value) ?? [];
    if (scheme !== undefined && !/^https?$/i.test(scheme)) {
        return 'names a proxy of another kind than http and https';
    }
    const text = scheme === undefined ? `http://${value}` : value;
    // A raw `/`, `?`, `#` or `\` in a password ends the host for every parser of URLs.
    if (!/^https?:\/\/[^/?#\\]*\/?$/i.test(text)) {
        return `has a path, a query or a fragment after the host: ${ENCODE}`;
    }
    if (!URL.canParse(text))
        return 'is not the URL of a proxy, like http://host:port';
    const proxy = new URL(text);
    try {
        decodeURIComponent(proxy.username + proxy.password);
        return proxy;
    }
    catch {
        return `has a % that encodes nothing: ${ENCODE}`;
    }
}


/***/ }),

/***/ 9755:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ isServerError)
/* harmony export */ });
/** 408 and 5xx: the request arrived somewhere, and how far it came is not known. */
function isServerError(status) {
    return status === 408 || status >= 500;
}


/***/ }),

/***/ 3145:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ parseHttpDate),
/* harmony export */   s: () => (/* binding */ retryAfterOf)
/* harmony export */ });
/**
 * An HTTP date in the one form that servers may send (IMF-fixdate, RFC 9110, section 5.6.7), always GMT:
 * `Sun, 06 Nov 1994 08:49:37 GMT`. `toUTCString` writes just that form, so what does not come back unchanged
 * was another form, or no such day.
 */
function parseHttpDate(text) {
    if (text === undefined)
        return undefined;
    const instant = Date.parse(text);
    return Number.isFinite(instant) && new Date(instant).toUTCString() === text ? instant : undefined;
}
/** Longer than any run; what a server asks for beyond it is as good as never. */
const LONGEST_SECONDS = 7 * 86_400;
/**
 * How long a server asks to wait: `Retry-After` in seconds or as an HTTP date (RFC 9110, section 10.2.3), which is
 * compared with the same reply's `Date` and so needs no clock of ours.
 * @param inBody seconds, where the body says it too and the header does not
 */
function retryAfterOf(reply, inBody) {
    const header = reply.headers.get('retry-after');
    return (seconds(/^\d{1,9}$/.test(header ?? '') ? Number(header) : undefined) ??
        until(header, reply) ??
        seconds(inBody));
}
function until(header, { date }) {
    const at = parseHttpDate(header);
    return at === undefined || date === undefined ? undefined : seconds((at - date) / 1_000);
}
function seconds(value) {
    return value === undefined || Number.isNaN(value)
        ? undefined
        : Math.round(Math.min(Math.max(value, 0), LONGEST_SECONDS) * 1_000);
}


/***/ }),

/***/ 7486:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ inputWarning),
/* harmony export */   a: () => (/* binding */ credentialWarning)
/* harmony export */ });
/** Something is wrong with the inputs that does not stop the run: an unknown name, a near miss. */
function inputWarning(message) {
    return { title: 'Check the inputs', message };
}
/** Something about a credential that does not stop this run, but a later one. */
function credentialWarning(message) {
    return { title: 'Check the credentials', message };
}


/***/ }),

/***/ 3775:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  $: () => (/* binding */ hintOf)
});

// UNUSED EXPORTS: HINTS

;// CONCATENATED MODULE: ./lib/messages/catalogue/connection.js
const TLS = {
    cause: 'the TLS connection was refused: the certificate is not trusted, has expired or is for another host, or the port does not speak TLS',
    fix: 'for a private authority set `NODE_EXTRA_CA_CERTS` to its certificate; otherwise check the host and the port, and a proxy that opens TLS connections',
};
const PROXY_SETTING = {
    cause: 'the variable that names the proxy cannot be used as the URL of one',
    fix: 'write `HTTPS_PROXY` as `http://host:port` or `http://user:password@host:port` with user and password percent-encoded, or name the host in `NO_PROXY`',
};
const PROXY_UNREACHABLE = {
    cause: 'the proxy that the environment names cannot be reached',
    fix: 'check the host and the port in `HTTPS_PROXY`; for a proxy with a certificate of a private authority `NODE_EXTRA_CA_CERTS`',
};
const PROXY_REFUSED = {
    cause: 'the proxy was reached and did not connect to the host: 407 means that it wants other credentials, 403 that it forbids the host',
    fix: 'check the user and the password in `HTTPS_PROXY`, let the proxy allow the host, or name the host in `NO_PROXY` if it can be reached directly',
};
/** Causes of calls to MUTX for which there was no connection. */
const MUTX_CONNECTION_HINTS = {
    'mutx-unknown-host': {
        cause: 'the host of `api-url` does not exist: its name does not resolve on this machine',
        fix: 'correct `api-url`; for a name of a private network run on a machine that resolves it',
    },
    'mutx-unreachable': {
        cause: 'no connection to MUTX: nothing answers at that address, or the network is cut',
        fix: 'check `api-url`, the network and the firewall of the machine; where only a proxy reaches MUTX, set `HTTPS_PROXY`',
    },
    'mutx-tls-refused': TLS,
    'mutx-proxy-setting': PROXY_SETTING,
    'mutx-proxy-unreachable': PROXY_UNREACHABLE,
    'mutx-proxy-refused': PROXY_REFUSED,
};
/** Causes of calls to GitHub for which there was no connection. */
const GITHUB_CONNECTION_HINTS = {
    'github-unknown-host': {
        cause: "the host of GitHub's API does not exist: its name does not resolve on this machine",
        fix: 'correct `GITHUB_API_URL`; for a name of a private network run on a machine that resolves it',
    },
    'github-unreachable': {
        cause: 'no connection to GitHub: nothing answers at that address, or the network is cut',
        fix: 'check `GITHUB_API_URL`, the network and the firewall of the machine; where only a proxy reaches GitHub, set `HTTPS_PROXY`',
    },
    'github-tls-refused': TLS,
    'github-proxy-setting': PROXY_SETTING,
    'github-proxy-unreachable': PROXY_UNREACHABLE,
    'github-proxy-refused': PROXY_REFUSED,
};

;// CONCATENATED MODULE: ./lib/messages/catalogue/github.js

const RETRY = 'run again later; the retries of this run were used up';
/** Causes of failed calls to GitHub (src/github). */
const GITHUB_HINTS = {
    'github-bad-credentials': {
        cause: '`github-token` is not valid: expired, revoked, or cut when it was copied',
        fix: 'make a new token and put it into the secret that `github-token` reads',
    },
    'github-token-cannot-write': {
        cause: 'the `GITHUB_TOKEN` of a workflow cannot write secrets, whatever its `permissions:` say; neither can a GitHub App without the permission',
        fix: 'give `github-token` a fine-grained personal access token, or the token of a GitHub App, with the permission named here',
    },
    'github-missing-permission': {
        cause: 'the token may not write secrets here',
        fix: 'give the token the permission named here: Secrets (repository), Environments, Dependabot secrets, Codespaces secrets, Agent secrets or Organization secrets, each "Read and write"',
    },
    'github-forbidden': {
        cause: 'GitHub does not allow this: the permission, a policy or an IP allow list of the organisation',
        fix: 'see what GitHub says here, and ask an owner of the organisation',
    },
    'github-refused': { cause: 'GitHub refused the call', fix: 'see what it says here' },
    'github-lost-reply': {
        cause: 'the connection to GitHub broke before its reply was read to the end',
        fix: RETRY,
    },
    'github-write-deadline': {
        cause: 'the ten minutes within which a write of this key is safe were over',
        fix: 'run again when GitHub answers normally; with many targets, split them over several key names, their runs an hour apart or each with a writer token of its own',
    },
    'github-saml': {
        cause: 'the organisation uses SAML single sign-on and the token is not authorised for it',
        fix: 'open the settings of the token and choose "Configure SSO" for the organisation',
    },
    'github-not-found': {
        cause: 'there is no such repository or organisation, or the token cannot see it',
        fix: 'check the spelling of the target, and that the token was given access to it',
    },
    'github-environment-not-found': {
        cause: 'the repository has no such environment',
        fix: 'make the environment in the settings of the repository, or set `create-environment: true`',
    },
    'github-agents-unknown': {
        cause: "agents' secrets came with a version of GitHub's API that this server does not know: GitHub Enterprise Server does not have them",
        fix: 'take the targets that begin with `agents:` off `targets` for this server',
    },
    'github-archived': {
        cause: 'the repository is archived, so nothing in it can be written',
        fix: 'take it off `targets`, or unarchive it',
    },
    'github-repository-renamed': {
        cause: 'the repository was renamed or moved',
        fix: 'put its new name into `targets`',
    },
    'github-redirect': {
        cause: 'GitHub answered with a redirect, which is never followed: it could carry the token elsewhere',
        fix: 'check `GITHUB_API_URL` and the names in `targets`',
    },
    'github-validation': {
        cause: 'GitHub does not take a value that was sent',
        fix: 'check `secret-name` and `targets` against what GitHub says here',
    },
    'github-stale-public-key': {
        cause: 'GitHub changed the public key of this target while the secret was being sealed, and refused the value sealed with the new one, too',
        fix: 'run again: the next run reads the key anew',
    },
    'github-bad-public-key': {
        cause: 'the public key that GitHub gives for this target cannot be used',
        fix: 'check that `GITHUB_API_URL` is GitHub itself, and run again',
    },
    'github-value-too-large': {
        cause: 'the value is larger than the 48 KB that a secret may have',
        fix: 'check that `api-url` is the MUTX API: its keys are far shorter',
    },
    'github-audience-incomplete': {
        cause: 'the token does not see all the repositories that may read this organisation secret',
        fix: 'give the token access to all repositories of the organisation: writing the secret with only some of them would take it away from the others',
    },
    'github-audience-changed': {
        cause: 'somebody changed which repositories may read this organisation secret while the list of them was read',
        fix: 'run it again once nobody changes it any more: writing the secret with a list of both times could give it to the wrong ones',
    },
    'github-secret-gone': {
        cause: "the organisation secret was there when the run began, and GitHub's answer right before the write says that it is not",
        fix: 'see whether it was deleted: if so, run again, which makes it anew for those that `visibility` and `selected-repositories` name; if not, run again later',
    },
    'github-audience-too-long': {
        cause: 'more repositories may read this organisation secret than are read, by the count that GitHub gives',
        fix: 'let the secret be read by all repositories or all private ones, or use several secrets, each with fewer repositories',
    },
    'github-list-incomplete': {
        cause: "a list of GitHub's (of secrets, or of environments) is shorter than the count that comes with it",
        fix: RETRY,
    },
    'github-list-changed': {
        cause: 'secrets or environments came or went while the list of them was read',
        fix: RETRY,
    },
    'github-list-too-long': {
        cause: "a list of GitHub's is longer, by its own count, than GitHub lets any such list be",
        fix: 'check what answers at `GITHUB_API_URL`',
    },
    'github-selected-repository-elsewhere': {
        cause: 'a repository of `selected-repositories` does not belong to the organisation of the target',
        fix: "name the organisation's own repositories only",
    },
    'github-visibility-needed': {
        cause: 'the organisation secret does not exist yet, and nobody said which repositories may read it',
        fix: 'set `visibility: all`, `private` or `selected` (with `selected-repositories`)',
    },
    'github-rate-limited': {
        cause: 'too many requests to GitHub with this token (a primary or a secondary rate limit)',
        fix: 'run again at the time given; a GitHub App has a larger limit than a personal token',
    },
    'github-server-error': { cause: 'GitHub had an error of its own', fix: `${RETRY}; see githubstatus.com` },
    'github-proxy-page': {
        cause: 'something between the runner and GitHub answered in its place (a proxy, a gateway, a sign-in page)',
        fix: 'check `GITHUB_API_URL`, `HTTPS_PROXY` and `NO_PROXY`',
    },
    ...GITHUB_CONNECTION_HINTS,
    'github-timeout': { cause: 'GitHub did not answer within 30 seconds', fix: RETRY },
    'github-bad-reply': {
        cause: 'the reply is not what the GitHub API gives: cut off, too large, compressed, or of another form',
        fix: 'check `GITHUB_API_URL`; if it is right, this version may be too old for it',
    },
};

;// CONCATENATED MODULE: ./lib/messages/catalogue/keys.js
/** What a revocation (revoke/) or an audit (audit/) came to. */
const KEY_HINTS = {
    'revoke-failed': {
        cause: 'MUTX did not revoke every key that was asked for, or did not say whether it did',
        fix: 'mend what is said of the failed call here and run again: what is revoked already counts as done',
    },
    'keys-unread': {
        cause: "MUTX's limit on requests left no time to read the whole list of keys, and a key that was not read may be one that was asked for",
        fix: 'run it again when fewer clients use the account: what is revoked already counts as done. By their ids, keys are revoked without the list',
    },
    'too-early': {
        cause: '`not-before` is still to come by the clock of MUTX, or two of its replies did not agree that it is over',
        fix: 'run it again after that instant; behind an environment with a wait timer: make the timer longer than every `grace-period` by two minutes',
    },
    'no-such-key': {
        cause: 'no key of the account has this name or id: it is misspelled, or of another account, or MUTX has already forgotten the revoked key',
        fix: 'copy the name or id from `mutx-api-key keys list --all`; for a clean-up that may find nothing, set `if-none: ignore`',
    },
    'fleet-incomplete': {
        cause: 'some keys of the fleet could not be rotated; the others were',
        fix: 'fix what is named for each cause, then run it again: keys that were rotated are not due again where `renew-before` says so',
    },
    'key-in-a-secret': {
        cause: 'keys of such names are made by rotations, which store them in secrets, and by jobs, which use them',
        fix: 'run `mutx-api-key rotate`, which stores a new key first; if nothing holds this one, add `--force`',
    },
    'revocations-exceeded': {
        cause: 'more keys were asked for than `max-revocations` allows, so none was revoked',
        fix: 'see whether these are the keys that are meant; if they are, set `max-revocations` to their number',
    },
    findings: {
        cause: 'the audit found what `fail-on` does not let pass',
        fix: 'do what is said of each finding, or set `fail-on`',
    },
};

// EXTERNAL MODULE: ./lib/messages/catalogue/phrases.js
var phrases = __nccwpck_require__(3248);
;// CONCATENATED MODULE: ./lib/messages/catalogue/mutx.js


const mutx_RETRY = 'run again later; the retries of this run were used up';
/** Causes of failed calls to MUTX (src/mutx) and of a session that could not be opened (src/mutx/session). */
const MUTX_HINTS = {
    'mutx-unauthorized': {
        cause: 'MUTX does not accept the credential: it is expired (an access JWT lives 30 minutes), revoked, or of another MUTX installation',
        fix: 'get a new access JWT right before this step, or use `refresh-token` or `email` with `password`, which suit a schedule; check `api-url`',
    },
    'mutx-forbidden': {
        cause: 'the MUTX account may not do this: it may be deactivated or not verified',
        fix: 'log in to MUTX with this account and see whether it may manage API keys',
    },
    'mutx-not-found': {
        cause: 'there is nothing at this address of the API, or the key is not of this account',
        fix: 'check `api-url`: `https://api.mutx.dev`, without `/api-keys` at the end',
    },
    'mutx-quota': {
        cause: "the account's plan has no place for one more active key",
        fix: `${phrases/* REVOKE_ONE */.GK}. Or take a larger plan, or let the run wait for a place: a rotation with \`on-quota: wait\`, a key for one job (\`ephemeral\`, \`exec\`) with a longer \`quota-wait\``,
    },
    'mutx-conflict': {
        cause: 'MUTX says that this does not go with the state the key is in',
        fix: 'run again; the next run looks at the keys anew',
    },
    'mutx-validation': {
        cause: 'MUTX does not take a value that was sent',
        fix: 'see what MUTX says here: it names the value, and what it may be. Names of keys have at most 255 characters, `expires-in-days` is 1 to 365, ids are UUIDs; if all of them are right, check that `api-url` is the MUTX API',
    },
    'mutx-payment-required': {
        cause: "the account's plan does not include this, or a payment is due",
        fix: "see the account's billing page at MUTX",
    },
    'mutx-rate-limited': {
        cause: 'too many requests a minute with this credential or from this address',
        fix: 'run again at the time given; runners of one network share an address',
    },
    'mutx-server-error': { cause: 'MUTX had an error of its own', fix: mutx_RETRY },
    'mutx-proxy-page': {
        cause: 'something between the runner and MUTX answered in its place (a proxy, a gateway, a sign-in page)',
        fix: 'check `api-url`, `HTTPS_PROXY` and `NO_PROXY`; if MUTX is behind a gateway, let the runner through',
    },
    ...MUTX_CONNECTION_HINTS,
    'mutx-timeout': { cause: 'MUTX did not answer within 30 seconds', fix: mutx_RETRY },
    'mutx-lost-reply': {
        cause: 'the connection to MUTX broke before its reply was read to the end',
        fix: mutx_RETRY,
    },
    'mutx-refused': { cause: 'MUTX refused the call', fix: 'see what it says here' },
    'mutx-key-refused': {
        cause: 'MUTX answers the key as if it were not valid; to a key that it does not take it says `Missing authorization header`',
        fix: 'run again; check that `api-url` is the API itself',
    },
    'mutx-key-unusable': {
        cause: 'MUTX refuses the key in `X-API-Key`, and fails with an internal error when it comes as a Bearer token; public versions of MUTX on PostgreSQL answer every key so, because they store its times without a time zone',
        fix: phrases/* FIX_COLUMNS */.mu,
    },
    'mutx-key-unverifiable': {
        cause: 'this MUTX answers a request with the key as it answers one without any, so it cannot be found out there whether the key works',
        fix: 'set `verify: false` to store keys that were not tried, or use a MUTX that takes API keys',
    },
    'mutx-redirect': {
        cause: 'MUTX answered with a redirect, which is never followed: it could carry the credential elsewhere',
        fix: 'set `api-url` to where the API is now',
    },
    'mutx-bad-reply': {
        cause: 'the reply is not what the MUTX API gives: cut off, too large, compressed, or of another form',
        fix: 'check that `api-url` is the API itself; if it is, this version may be too old for it',
    },
    'session-expired': {
        cause: 'the access JWT in `bootstrap-jwt` has expired; it lives for 30 minutes',
        fix: 'get a new access JWT in the job, right before this step; for a schedule use `refresh-token` or `email` with `password`',
    },
    'session-login-failed': {
        cause: 'MUTX did not answer the log-in, or not with a session',
        fix: 'see the failed call; the run can simply be repeated',
    },
    'session-login-refused': {
        cause: 'MUTX does not take this `email` and `password`',
        fix: 'log in with them at MUTX: the account must be active and its e-mail address verified',
    },
    'session-refresh-failed': {
        cause: 'the refresh token could not be exchanged, and is not spent',
        fix: 'see the failed call, and run again with the same token',
    },
    'session-refresh-refused': {
        cause: 'the refresh token is spent, expired (7 days after its last use, 30 days after the log-in) or revoked',
        fix: 'log in to MUTX again and store the new refresh token in the secret',
    },
    'session-refresh-lost': {
        cause: 'the reply to the exchange never came, so the refresh token may be spent',
        fix: 'log in to MUTX again and store the new refresh token in the secret; do not use the old one again',
    },
    'session-successor-unwritable': {
        cause: 'the secret that has to take the successor of the refresh token cannot be written; the token was not used',
        fix: 'mend what is said of the secret here, or name another one in `refresh-token-secret`',
    },
    'renewal-failed': {
        cause: 'the run took longer than its MUTX session, which could not be renewed',
        fix: 'see the failed call; the credential is not spent, so the next run begins anew with it, and takes up what this one had to leave',
    },
    'session-successor-lost': {
        cause: 'the refresh token is spent, and its successor could not be stored for ten minutes',
        fix: 'log in to MUTX again, store the new refresh token in the secret, and mend what kept it from being stored',
    },
};

;// CONCATENATED MODULE: ./lib/messages/catalogue/run.js

/** What a run as a whole came to (rotation/outcome.ts), and what happens before and around it. */
const RUN_HINTS = {
    'invalid-input': {
        cause: 'one or more inputs are missing or not in a form this action takes',
        fix: 'correct the inputs named here; nothing was changed',
    },
    'preflight-failed': {
        cause: 'a target cannot be written with this token, or does not exist',
        fix: 'mend what is said of each target here; no key is made while one of them is known not to be writable',
    },
    'too-many-targets': {
        cause: 'GitHub allows about 80 writes a minute and 500 an hour, and every write of a key has to start within ten minutes of making it',
        fix: 'store the key in one organisation secret that the repositories share, or make a fleet of it: several runs, each with a `key-name` and a part of the targets of its own, and either an hour apart or each with a writer token of its own, because GitHub counts per token and hour',
    },
    'fleet-too-large': {
        cause: 'GitHub hands over at most 1 MB, counted as UTF-16, from one job to the next',
        fix: 'split the key into several, each with a part of its targets; `defaults` do not make it smaller',
    },
    'issue-failed': {
        cause: 'GitHub did not let the job read or write issues',
        fix: 'see the failed call; the rotation or the audit itself is told of by its own job',
    },
    'look-failed': {
        cause: 'the list of keys or the dates of the secrets could not be read',
        fix: 'see the failed call; the run can simply be repeated',
    },
    'quota-full': {
        cause: "every place of the account's plan is taken by an active key; expired keys count until they are revoked",
        fix: `${phrases/* REVOKE_ONE */.GK}; first of all one whose expiry is past, which works for nobody any more. Or take a larger plan. A rotation with \`on-quota: wait\` waits for a place that becomes free by itself, one with \`on-quota: replace\` gives up a key of its own name first, with a gap of seconds; where it was set, the first line says why it did not help`,
    },
    'quota-too-soon': {
        cause: 'the new key would take the last place of the plan, while another key of this name, or the last write of a target, is so young that a run may still be storing that key',
        fix: 'run again at the time given, or set `on-quota: wait`, which waits until then; `on-quota: replace` does not shorten that, because it too makes no second key while the first may still be on its way into the secret',
    },
    'quota-wait-over': {
        cause: "every place of the account's plan is taken by an active key; expired keys count until they are revoked",
        fix: `wait longer with \`quota-wait\`, run fewer jobs at a time (\`strategy.max-parallel\`), take a larger plan, or ${phrases/* REVOKE_ONE */.GK}; \`sweep-after\` revokes what killed jobs of this repository left`,
    },
    'account-refused': {
        cause: 'MUTX answers 403 to the question whose account this is: its e-mail address is not verified, or it is deactivated. Keys of such an account are answered 403 too',
        fix: 'verify the e-mail address of the account at MUTX, or have the account activated, and run again',
    },
    'create-failed': {
        cause: 'MUTX did not make a key',
        fix: 'see the failed call; no secret was written',
    },
    'times-contradict': {
        cause: 'MUTX wrote a time into the new key that is far from the time its replies carry: a server that writes local time without a zone, or several servers whose clocks differ',
        fix: "have MUTX's operator set the server and its database to UTC and synchronize their clocks; until then no run can tell which key is older, so none is replaced",
    },
    'create-lost': {
        cause: 'the reply to the create never came or could not be read, so a key may exist that nobody can use',
        fix: 'run again: such a key is never stored, and a later run revokes it',
    },
    'create-unsupported': {
        cause: 'MUTX failed with an internal error at each create and made no key; public versions of MUTX on PostgreSQL fail so at every key that expires, because they store its end without a time zone',
        fix: `${phrases/* FIX_COLUMNS */.mu}. No input of this action avoids it`,
    },
    'verify-refused': {
        cause: 'MUTX answers the key it has just made as if it were not valid',
        fix: "run again; if it stays so, check that `api-url` is the API itself, and ask MUTX's support with the request id",
    },
    'verify-unclear': {
        cause: 'MUTX was not reachable or not well when the new key was tried',
        fix: 'run again; `verify: false` would go on with a key that was never tried',
    },
    'store-failed': {
        cause: 'at least one target did not take the new key',
        fix: 'mend what is said of each target here and run again: a half-stored rotation is always due, and the next run that succeeds puts one key into every target',
    },
    'store-deadline': {
        cause: 'a target could not be written within ten minutes of making the key, after which no write is safe any more',
        fix: 'run again when GitHub answers normally; with many targets, split them over several key names, their runs an hour apart or each with a writer token of its own',
    },
    'written-late': {
        cause: 'this machine stood still for minutes between making a key and storing it, twice; another run may have revoked the key meanwhile',
        fix: 'run again, on a runner that is not suspended; a `concurrency:` group in the workflow keeps runs from overlapping',
    },
    'network-changed': {
        cause: 'between the two steps of `ephemeral` a step of the job has set a proxy, or certificate authorities, for all that follows; a credential would go to whoever that is',
        fix: 'revoke the key that is named with the action `revoke`, or let it expire; set `HTTPS_PROXY` and `NODE_EXTRA_CA_CERTS` for the whole job, or for the steps that need them',
    },
    'command-not-found': {
        cause: 'there is no such file, neither under this path nor in a folder of `PATH`',
        fix: 'check how the command is written; a builtin of the shell, a pipe or `&&` needs a shell: `-- sh -c "…"`',
    },
    'command-not-executable': {
        cause: 'the file is there, and the system does not run it',
        fix: 'make it executable with `chmod +x`, or name what runs it: `-- node script.js`',
    },
    cancelled: {
        cause: 'someone cancelled the job, it ran into its time limit, or a newer run of its concurrency group took over',
        fix: `run again: whatever the state, ${phrases/* ONCE_IT_SUCCEEDS */.g1}`,
    },
    'runner-file-unwritable': {
        cause: 'the runner gave this step no file for its outputs, state or variables, or the disk of the runner is full',
        fix: 'free space on the runner; in a container or under another runner, make sure that the files named by `GITHUB_OUTPUT`, `GITHUB_STATE` and `GITHUB_ENV` can be written',
    },
    'output-withheld': {
        cause: 'the password, or another credential that was given, is part of a name, a target or a word of the output',
        fix: 'give the account a password that no name contains, or rename what holds it',
    },
    'internal-error': {
        cause: 'something happened that this action does not expect',
        fix: 'run again; if it stays so, report it with the lines above',
    },
    deadline: {
        cause: 'the time within which a write is safe was over before this one could start',
        fix: 'run again when MUTX and GitHub answer normally',
    },
    'doctor-problem': {
        cause: 'something that a rotation depends on is not as it has to be',
        fix: 'do what stands after each ✗, then ask `mutx-api-key doctor` again',
    },
    'doctor-warning': {
        cause: 'with `--strict`, a warning of `mutx-api-key doctor` fails it',
        fix: 'do what each line with ! says, or leave `--strict` out',
    },
    declined: {
        cause: 'the question whether to do all of it was not answered with yes',
        fix: 'run the command again, and answer with yes or give `--yes`',
    },
    'not-stored': {
        cause: 'GitHub did not take a secret that the workflow needs',
        fix: 'see the failed call, and run the command again',
    },
    'not-written': {
        cause: 'the file of the workflow could not be made; one that is there is never overwritten',
        fix: 'make sure that the folder can be written and the file is not there, and run the command again',
    },
};

;// CONCATENATED MODULE: ./lib/messages/catalogue/catalogue.js




/** Every failure code there is; docs/troubleshooting.md is made from it. */
const HINTS = {
    ...RUN_HINTS,
    ...KEY_HINTS,
    ...MUTX_HINTS,
    ...GITHUB_HINTS,
};
/** The hint of a code; undefined for one that this table does not know. */
function hintOf(code) {
    return Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
}


/***/ }),

/***/ 3248:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   GK: () => (/* binding */ REVOKE_ONE),
/* harmony export */   g1: () => (/* binding */ ONCE_IT_SUCCEEDS),
/* harmony export */   mu: () => (/* binding */ FIX_COLUMNS)
/* harmony export */ });
/** What the operator of a MUTX has to change where its public versions fail on PostgreSQL. */
const FIX_COLUMNS = "ask the operator of this MUTX, with the request ids, to give the columns `expires_at` and `last_used` of `api_keys` a time zone: `DateTime(timezone=True)` in the server's model and `timestamptz` in the database, of which either alone is not enough";
/** What becomes of a run that was not brought to its end. */
const ONCE_IT_SUCCEEDS = 'the next run that succeeds puts one working key into every target; that run or a later one revokes the others of its name, as far as the grace period and max-revocations allow';
/** How a place in the plan is freed by hand; the codes of a full plan have it in common. */
const REVOKE_ONE = 'revoke a key that nobody needs: `mutx-api-key keys list` shows all of them, and `mutx-api-key keys revoke ID`, or the action `mutx/api-key-action/revoke` with `key-ids: ID`, revokes one';


/***/ }),

/***/ 6974:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ms: () => (/* binding */ entryOf),
/* harmony export */   Qp: () => (/* binding */ failureAnnotation),
/* harmony export */   WT: () => (/* binding */ callText),
/* harmony export */   YQ: () => (/* binding */ withoutWorkflow),
/* harmony export */   ds: () => (/* binding */ retryAtOf),
/* harmony export */   g5: () => (/* binding */ failureOf),
/* harmony export */   iF: () => (/* binding */ earlyFailure),
/* harmony export */   vQ: () => (/* binding */ inputFailure),
/* harmony export */   w7: () => (/* binding */ failureLines),
/* harmony export */   y4: () => (/* binding */ alikeText)
/* harmony export */ });
/* unused harmony export whatIsWrong */
/* harmony import */ var _catalogue_catalogue_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3775);
/* harmony import */ var _state_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9941);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2897);



/** @param givenUp keys revoked before their successor was stored (`on-quota: replace`) */
function failureOf(outcome, givenUp = []) {
    const { failure } = outcome;
    return {
        message: failure.message,
        code: failure.code,
        calls: explained(failure.failures),
        details: (0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .inTheWay */ .Mb)(failure.inTheWay ?? []),
        hint: (0,_catalogue_catalogue_js__WEBPACK_IMPORTED_MODULE_0__/* .hintOf */ .$)(failure.code),
        state: (0,_state_js__WEBPACK_IMPORTED_MODULE_1__/* .stateOf */ .L4)(outcome, givenUp),
        retryAt: failure.retryAt,
    };
}
/** A failure outside the rotation itself: before it began, nothing has been changed. */
function earlyFailure(early) {
    return {
        message: early.message,
        code: early.code,
        calls: explained(early.calls ?? []),
        details: early.details ?? [],
        hint: (0,_catalogue_catalogue_js__WEBPACK_IMPORTED_MODULE_0__/* .hintOf */ .$)(early.code),
        state: early.state ?? ['nothing was changed: no key was made or revoked, no secret was written'],
        retryAt: early.retryAt,
        ...(early.at === undefined ? {} : { at: early.at }),
    };
}
/** When a run can work again, as far as the servers say; undefined: they do not, or waiting helps against nothing. */
function retryAtOf(failures, now) {
    const waits = failures.map(({ retryAfter }) => retryAfter ?? 0);
    const wait = failures.some(({ kind }) => kind === 'refused') ? 0 : Math.max(0, ...waits);
    return wait === 0 ? undefined : now + wait;
}
function explained(failures) {
    const groups = new Map();
    for (const failure of failures) {
        // A token is of one owner: another one's has a fix of its own.
        const same = [failure.code, failure.status, failure.needs?.owner, messageForAny(failure)].join('\n');
        groups.set(same, [...(groups.get(same) ?? []), failure]);
    }
    return [...groups.values()].flatMap(([first, ...alike]) => {
        if (first === undefined)
            return [];
        const hint = (0,_catalogue_catalogue_js__WEBPACK_IMPORTED_MODULE_0__/* .hintOf */ .$)(first.code);
        return [{ failure: first, alike, cause: hint?.cause, fix: first.hint ?? hint?.fix }];
    });
}
/** The same for somebody at a shell: what a token lacks, in one line, in place of a workflow to copy. */
function withoutWorkflow(report) {
    const calls = report.calls.map((call) => {
        const { needs } = call.failure;
        if (needs === undefined)
            return call;
        const { owner, repository, missing } = needs;
        const place = repository === undefined ? owner : `${owner}/${repository}`;
        return { ...call, fix: `give the token ${missing} for ${place}, or take another token that has it` };
    });
    return { ...report, calls };
}
/** The message without its target; what else differs is to be told, such as the new name of a repository. */
function messageForAny({ message, target }) {
    return target === undefined ? message : message.replace(target, '…');
}
/** docs/troubleshooting.md, which is made of the hints, where everybody can read it. */
const PAGE = 'https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md';
/** The entry of that page to read first: about the call that failed, where one did. */
function entryOf({ calls: [first], code }) {
    return `${PAGE}#${first?.failure.code ?? code}`;
}
/**
 * The whole of it, for the log.
 * @param title what was not done: `MUTX API key not rotated`
 */
function failureLines(title, report) {
    const lines = [`${title}: ${report.message} [${report.code}]`];
    if (report.details.length > 0)
        lines.push('', ...report.details.map((line) => `  - ${line}`));
    for (const call of report.calls)
        lines.push('', ...callLines(call));
    if (report.hint !== undefined && report.calls.length === 0) {
        lines.push('', `  cause: ${report.hint.cause}`, ...fixLines(report.hint.fix));
    }
    lines.push('', '  State of things now:', ...report.state.map((line) => `  - ${line}`));
    if (report.retryAt !== undefined) {
        lines.push('', `  A run after ${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .afterText */ .gm)(report.retryAt)} can work.`);
    }
    lines.push('', `  more: ${entryOf(report)}`);
    return lines;
}
function callLines({ failure, alike, cause, fix }) {
    const lines = [`  ${callText(failure)} [${failure.code}]`, `  why:   ${failure.message}`];
    const also = alike.slice(0, _words_js__WEBPACK_IMPORTED_MODULE_2__/* .MOST_NAMED */ .SE - 1);
    for (const other of also)
        lines.push(`  also:  ${alikeText(other)}`);
    const more = alike.length - also.length;
    if (more > 0)
        lines.push(`  also:  ${more} more (${_words_js__WEBPACK_IMPORTED_MODULE_2__/* .ALL_OF_IT */ .ch} has them all)`);
    if (cause !== undefined)
        lines.push(`  cause: ${cause}`);
    if (fix !== undefined)
        lines.push(...fixLines(fix));
    const ids = [failure, ...also].flatMap(({ requestId }) => requestId ?? []);
    if (ids.length > 0)
        lines.push(`  request ${ids.length === 1 ? 'id' : 'ids'}: ${ids.join(', ')}`);
    return lines;
}
function fixLines(fix) {
    return fix.split('\n').map((line, index) => (index === 0 ? `  fix:   ${line}` : `         ${line}`));
}
/** `POST /v1/api-keys answered 409`, or that nothing answered. */
function callText(failure) {
    const service = failure.service === 'mutx' ? 'MUTX' : 'GitHub';
    if (failure.status !== undefined)
        return `${service}: ${failure.call} answered ${failure.status}`;
    // Throttled without a status: held back during a rest that an earlier reply had asked for.
    const unsent = failure.kind === 'not-sent' || failure.kind === 'throttled';
    return `${service}: ${failure.call} ${unsent ? 'was not sent' : 'got no usable answer'}`;
}
/** A call named by its target, where there is one: `acme/web (GitHub: GET … answered 404)`. */
function alikeText(failure) {
    const call = callText(failure);
    return failure.target === undefined ? call : `${failure.target} (${call})`;
}
/** The short form, which GitHub shows on the run's page. */
function failureAnnotation(title, report) {
    const [first] = report.calls;
    const lines = [`${report.message} [${report.code}]`, ...report.details];
    if (first !== undefined) {
        lines.push(`${callText(first.failure)}: ${first.failure.message} [${first.failure.code}]`);
        const also = first.alike.map((one) => one.target ?? callText(one));
        if (also.length > 0)
            lines.push(`also: ${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .someOf */ .yU)(also, _words_js__WEBPACK_IMPORTED_MODULE_2__/* .ALL_OF_IT */ .ch)}`);
    }
    const more = report.calls.length - 1;
    if (more > 0)
        lines.push(`(and ${more} more; see the log)`);
    const fix = first?.fix ?? report.hint?.fix;
    if (fix !== undefined)
        lines.push(`Fix: ${fix}`);
    lines.push(`State now: ${report.state.join('; ')}`);
    if (report.retryAt !== undefined)
        lines.push(`A run after ${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .afterText */ .gm)(report.retryAt)} can work.`);
    lines.push(`More: ${entryOf(report)}`);
    return { title, message: lines.join('\n'), ...(report.at === undefined ? {} : { at: report.at }) };
}
/** Every input that cannot be used, at once; nothing has been called. */
function inputFailure(problems) {
    return earlyFailure({
        code: 'invalid-input',
        message: `${(0,_words_js__WEBPACK_IMPORTED_MODULE_2__/* .count */ .U9)(problems.length, 'input')} cannot be used`,
        details: problems.map(problemText),
        at: problems.find(({ at }) => at !== undefined)?.at,
    });
}
function problemText(problem) {
    return `${whatIsWrong(problem)}. Fix: ${problem.fix}`;
}
/** What is wrong with an input, without what to do about it. */
function whatIsWrong({ input, message, given, allowed }) {
    if (input === undefined)
        return message;
    const what = given === undefined ? '' : ` (given: \`${given}\`)`;
    return `\`${input}\` ${message}${what}; it takes ${allowed}`;
}


/***/ }),

/***/ 5918:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T9: () => (/* binding */ requestText),
/* harmony export */   qL: () => (/* binding */ retryText),
/* harmony export */   rA: () => (/* binding */ RotationLog)
/* harmony export */ });
/* unused harmony export WARNING_TITLE */
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6974);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2897);


const WHY_REVOKED = {
    superseded: 'superseded by the new key',
    expired: 'expired',
    'not-stored': 'in no target',
    own: 'the new key, which no secret holds',
    replace: 'to make room: on-quota is replace',
};
const WARNING_TITLE = {
    'revocation-failed': 'A key was not revoked',
    'too-many-revocations': 'More keys than max-revocations',
    'name-used-elsewhere': 'The key name is used elsewhere',
    'clocks-apart': 'Clocks apart',
    'readings-differ': 'GitHub contradicts itself',
    'times-contradict': 'Times contradict each other',
    'account-unreadable': 'The plan is not known',
    'create-lost': 'A created key was lost',
    'written-late': 'The key was stored too late',
    'secret-contradiction': 'A secret was not what it was taken for',
};
/** Renders the engine's events as they come: one line a step, in groups that fold, with durations. */
class RotationLog {
    #sink;
    #keyName;
    #phase;
    #seen = new Set();
    constructor(sink, keyName) {
        this.#sink = sink;
        this.#keyName = keyName;
    }
    /** Closes the group that is open, so that what follows is always seen. */
    end() {
        if (this.#phase !== undefined)
            this.#sink.endGroup();
        this.#phase = undefined;
    }
    event(event) {
        switch (event.type) {
            case 'step-started':
                this.#enter(_words_js__WEBPACK_IMPORTED_MODULE_1__/* .PHASE_OF */ .EV[event.step]);
                break;
            case 'step-ended':
                this.#line(stepText(event.step, event.ok, event.ms));
                break;
            case 'looked':
                this.#line(this.#lookedText(event));
                break;
            case 'planned':
                this.#enter('Plan');
                for (const line of (0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .planLines */ .HN)(event.plan))
                    this.#line(line);
                break;
            case 'minted':
                this.#line(`${event.name}: new key ${event.id}, ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .expiryText */ .X5)(event.expiresAt)}`);
                break;
            case 'target-written':
                this.#line(targetText(event));
                break;
            case 'revoking':
            case 'not-revoked':
                break;
            case 'revoked':
                this.#line(`${event.gone ? 'no longer active' : 'revoked'}: ${event.id} (${WHY_REVOKED[event.reason]})`);
                break;
            case 'retrying':
                this.#line(retryText(event.failure, event.attempt, event.wait));
                break;
            case 'waiting':
                this.#line(waitText(event));
                break;
            case 'warning':
                this.#sink.warning({ title: WARNING_TITLE[event.code], message: event.message });
                break;
        }
    }
    #enter(phase) {
        if (phase === this.#phase)
            return;
        this.end();
        this.#phase = phase;
        this.#sink.group(this.#seen.has(phase) ? `${phase}, again` : phase);
        this.#seen.add(phase);
    }
    #line(text) {
        this.#sink.line(text);
    }
    #lookedText(event) {
        const places = event.places === undefined || !Number.isFinite(event.places)
            ? 'no limit is known'
            : `${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9)(event.places, 'place')}${event.plan === undefined ? '' : ` in the plan ${event.plan}`}`;
        return `${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9)(event.active, 'active key')}, ${event.ofName} of them named ${this.#keyName}; ${places}`;
    }
}
function stepText(step, ok, ms) {
    const [done, notDone] = _words_js__WEBPACK_IMPORTED_MODULE_1__/* .STEP_TEXT */ .l$[step];
    return `${ok ? `✓ ${done}` : `✗ ${notDone}`} (${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .durationText */ .S5)(ms)})`;
}
function targetText({ result, done, of }) {
    const progress = of > 1 ? `[${done}/${of}] ` : '';
    const why = result.failure === undefined ? '' : `: ${result.failure.message}`;
    return `${progress}${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .placeText */ .Z9)(result)} ${result.status}${why}`;
}
/** The line of a call that is going to be tried again. */
function retryText(failure, attempt, wait) {
    return `${(0,_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .callText */ .WT)(failure)} [${failure.code}]: try ${attempt + 1} in ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .durationText */ .S5)(wait)}`;
}
function waitText(event) {
    const until = event.until === undefined ? '' : ` (until ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .instantText */ .Xx)(event.until)})`;
    return `waiting ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .durationText */ .S5)(event.wait)} for ${event.for}${until}`;
}
/** A request as `RUNNER_DEBUG` shows it: never a header, a query or a body. */
function requestText({ service, method, path, status, ms }) {
    return `${service === 'mutx' ? 'MUTX' : 'GitHub'}: ${method} ${path} → ${status} in ${ms} ms`;
}


/***/ }),

/***/ 759:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CS: () => (/* binding */ prose),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   om: () => (/* binding */ block),
/* harmony export */   pj: () => (/* binding */ plain),
/* harmony export */   tp: () => (/* binding */ table)
/* harmony export */ });
/** Text from outside, made to mean nothing in Markdown: as a code span, or with its punctuation escaped. */
/** A name or an id, in a table or not. */
function code(text) {
    const shown = oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|').trim();
    return shown === '' ? '—' : `\`${shown}\``;
}
/** Running text: every ASCII punctuation that could begin a link, an image, a mention, HTML or a table cell. */
function plain(text) {
    return oneLine(text).replace(/[!"#$%&'*+:<=>?@[\\\]^_`{|}~.()]/gu, '\\$&');
}
/** Running text that marks code with backticks, as our own hints do; the marks stay, all else is escaped. */
function prose(text) {
    return text
        .split('`')
        .map((part, index) => (index % 2 === 0 ? plain(part) : code(part)))
        .join('');
}
/** Lines to copy. The fence is longer than any run of backticks inside. */
function block(language, lines) {
    const runs = lines.join('\n').match(/`+/gu) ?? [];
    const longest = Math.max(2, ...runs.map((run) => run.length));
    const fence = '`'.repeat(longest + 1);
    return [`${fence}${language}`, ...lines, fence].join('\n');
}
/** Cells are Markdown already. */
function table(head, rows) {
    const row = (cells) => `| ${cells.join(' | ')} |`;
    return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}
function oneLine(text) {
    return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}


/***/ }),

/***/ 2425:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   KQ: () => (/* binding */ unreadLine),
/* harmony export */   TS: () => (/* binding */ NotHandedOn),
/* harmony export */   ki: () => (/* binding */ unreadWarning)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2897);

/** A sink does not take what was to be handed on to later steps. A reason outside of this code, so no bug of it. */
class NotHandedOn extends Error {
    code;
    /** @param message one line, without a credential */
    constructor({ code, message }) {
        super(message);
        this.code = code;
    }
}
/** For a list of keys that was not read to its end because its time was over. */
function unreadWarning(since) {
    return {
        title: 'Older keys were not read',
        message: `MUTX's limit on requests left no time to read the whole list of keys: keys made before ${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .Xx)(since)} were not looked at`,
    };
}
/** The same, where no key that expires can be among the others. */
function unreadLine(since) {
    return `the list of keys is long: those made before ${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .Xx)(since)} were not read. None of them works unless it never expires; \`audit\` reads them too`;
}


/***/ }),

/***/ 9941:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L4: () => (/* binding */ stateOf),
/* harmony export */   g7: () => (/* binding */ nothingLost),
/* harmony export */   iw: () => (/* binding */ EITHER)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2897);

/**
 * In which state a failed run leaves things: which secret holds what, which keys are alive. A line each; the
 * first question of whoever reads a failed log is whether production still works.
 * @param givenUp keys revoked before their successor was stored (`on-quota: replace`)
 */
function stateOf(outcome, givenUp) {
    const { minted, targets, keys } = outcome;
    const lines = [];
    const groups = new Map();
    for (const target of targets) {
        const held = contentOf(target, minted);
        groups.set(held, [...(groups.get(held) ?? []), target]);
    }
    for (const [held, of] of groups)
        lines.push(`${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .someOf */ .yU)(of.map(_words_js__WEBPACK_IMPORTED_MODULE_0__/* .placeText */ .Z9), 'the output `targets`')}: ${held}`);
    if (minted === undefined) {
        lines.push('no new key is known to exist');
    }
    else {
        const state = minted.state === 'alive' ? aliveText(targets) : MINTED[minted.state];
        lines.push(`new key ${minted.id} (${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .expiryText */ .X5)(minted.expiresAt)}): ${state}`);
    }
    const others = keys.revoked.filter((id) => id !== minted?.id && !givenUp.includes(id));
    if (others.length > 0)
        lines.push(`revoked: ${others.join(', ')}`);
    const perhaps = keys.unclear.filter((id) => id !== minted?.id);
    if (perhaps.length > 0) {
        lines.push(`perhaps revoked, for which there was no clear answer: ${perhaps.join(', ')}`);
    }
    lines.push(givenUp.length === 0
        ? nothingLost(others.length > 0, perhaps.length > 0)
        : `revoked before its successor was stored, as \`on-quota: replace\` asks: ${givenUp.join(', ')}; a secret that still holds it does not work until a run succeeds`);
    const left = keys.left.filter((id) => ![minted?.id, ...keys.held, ...perhaps].includes(id));
    if (keys.held.length > 0)
        lines.push((0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .heldText */ .Dx)(keys.held));
    if (left.length > 0) {
        lines.push(`${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .count */ .U9)(left.length, 'key')} left for a later run to revoke: ${left.join(', ')}`);
    }
    return lines;
}
/**
 * What a run has not done to the secrets. It has looked at its own targets only: a secret that was one of an earlier run may
 * hold a key that went.
 * @param some a key was revoked: one that had expired may be in a target, which is as dead as it was
 * @param perhaps of some it is not known, and a target may hold them
 */
function nothingLost(some, perhaps = false) {
    const other = perhaps ? 'other ' : '';
    return some
        ? `this run revoked no ${other}working key that one of its targets holds`
        : `this run revoked no ${other}key that a secret holds`;
}
/** What a secret holds after a write of which nobody knows whether it was done. */
const EITHER = 'not known: the write may have been done; it holds the new key or what it held before';
const MINTED = {
    revoked: 'revoked, because it was certain that no secret holds it',
    'perhaps-revoked': 'no secret holds it, and it was to be revoked; whether it was is not known: if not, a later rotation revokes it',
    unknown: 'stored, but another run may have revoked it',
};
/** What becomes of a new key that a failed run leaves: a later run may find it in every target, or in none. */
function aliveText(targets) {
    const isNowhere = targets.every(({ status, perhapsWritten }) => !isStored(status) && perhapsWritten !== true);
    const next = isNowhere
        ? 'no secret holds it, and a later rotation revokes it'
        : 'the next run that succeeds replaces it, unless every target holds it and no rotation is due';
    return `alive; no other rotation revokes it within 15 minutes of its creation; ${next}`;
}
function isStored(status) {
    return status === 'created' || status === 'updated';
}
/** What a target's secret holds after a run that failed. */
function contentOf(target, minted) {
    switch (target.status) {
        case 'created':
        case 'updated':
            return minted?.state === 'unknown' ? 'holds the new key, which may not be active' : 'holds the new key';
        case 'unchanged':
        case 'skipped':
            return 'untouched';
        case 'failed':
            // The new key is revoked only when every attempt on every target was refused.
            if (minted === undefined || minted.state === 'revoked' || minted.state === 'perhaps-revoked') {
                return 'untouched';
            }
            return target.perhapsWritten === true
                ? EITHER
                : 'the write was refused, so it holds what it held before';
    }
}


/***/ }),

/***/ 1724:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ju: () => (/* binding */ warningSummary),
/* harmony export */   MY: () => (/* binding */ page),
/* harmony export */   YG: () => (/* binding */ summaryOf),
/* harmony export */   jg: () => (/* binding */ failureSummary),
/* harmony export */   kY: () => (/* binding */ failureText),
/* harmony export */   s9: () => (/* binding */ keyTable),
/* harmony export */   wq: () => (/* binding */ MOST_ROWS)
/* harmony export */ });
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6974);
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(759);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2897);



/** Rows beyond this would crowd out everything else; the outputs have them all. */
const MOST_ROWS = 500;
const STATUS = {
    created: '✅ created',
    updated: '✅ updated',
    unchanged: '➖ unchanged',
    failed: '❌ failed',
    skipped: '➖ not touched',
};
/**
 * The job summary of a rotation, in GitHub's Markdown; text from outside is escaped.
 * @param givenUp keys revoked before their successor was stored (`on-quota: replace`)
 */
function summaryOf(outcome, keyName, givenUp = []) {
    switch (outcome.kind) {
        case 'rotated':
            return page('MUTX API key rotated', [
                keyTable(outcome.key),
                targetTable(outcome.targets),
                keysText(outcome.keys, 'the new key'),
            ]);
        case 'not-due':
            return page('MUTX API key not due', [
                `Not due when this run looked: ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)(outcome.plan.why)}. By the dates of keys and secrets, every target holds this key:`,
                keyTable(outcome.key),
                targetTable(outcome.targets),
                keysText(outcome.keys, 'this look'),
            ]);
        case 'planned':
            return page('MUTX API key: plan (dry run)', [
                'Nothing was changed. A run would:',
                planText(outcome.plan),
                `Key name: ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(keyName)}`,
                targetTable(outcome.targets),
            ]);
        case 'failed':
            return page('❌ MUTX API key not rotated', [
                ...failureText((0,_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .failureOf */ .g5)(outcome, givenUp)),
                outcome.minted === undefined ? '' : keyTable(outcome.minted),
                targetTable(outcome.targets),
                keysText(outcome.keys, 'the new key'),
            ]);
    }
}
/** The job summary of a run that failed and has nothing else to show. @param title what was not done */
function failureSummary(title, report) {
    return page(`❌ ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)(title)}`, failureText(report));
}
/**
 * Something that a person should know whatever became of the run; may stand before everything else.
 * @param message what it is, and a line for each reason
 */
function warningSummary(message, fix) {
    const [first = '', ...reasons] = message.split('\n');
    const parts = [
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(first),
        reasons.map((reason) => `- ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(reason)}`).join('\n'),
        fix === undefined ? '' : fixPart(fix),
    ];
    const text = parts.filter((part) => part !== '').join('\n\n');
    const quoted = text.split('\n').map((line) => `> ${line}`.trimEnd());
    return `${['> [!WARNING]', ...quoted].join('\n')}\n\n`;
}
/** A page of the summary; empty parts are left out. */
function page(title, parts) {
    return `${[`## ${title}`, ...parts].filter((part) => part !== '').join('\n\n')}\n`;
}
function keyTable({ id, name, expiresAt }) {
    return (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .table */ .tp)(['Key', 'Name', 'Expires'], [[(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(id), (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(name), expiryCell(expiresAt)]]);
}
function expiryCell(expiresAt) {
    return expiresAt === undefined ? 'never' : (0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .instantText */ .Xx)(expiresAt);
}
function targetTable(targets) {
    if (targets.length === 0)
        return '';
    // Failures first: in a long list they are what one looks for.
    const sorted = [...targets].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'));
    const rows = sorted.slice(0, MOST_ROWS).map((one) => [(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(one.target), (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(one.secret), statusCell(one)]);
    const more = targets.length - rows.length;
    const rest = more > 0
        ? `\n\n… and ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9)(more, 'more target', 'more targets')}; the output \`targets\` has them all.`
        : '';
    return (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .table */ .tp)(['Target', 'Secret', 'Result'], rows) + rest;
}
function statusCell({ status, failure }) {
    return failure === undefined ? STATUS[status] : `${STATUS[status]}: ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(failure.message)}`;
}
function keysText({ revoked, superseded, graceEnds, left, held, spared }, since) {
    const later = left.filter((id) => !held.includes(id));
    const waiting = superseded.filter((id) => !left.includes(id));
    return [
        `**Revoked:** ${ids(revoked)}`,
        waiting.length > 0
            ? `**Superseded, not revoked by this run:** ${ids(waiting)}${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .graceText */ .cd)(graceEnds)}`
            : '',
        later.length > 0 ? `**Left for a later run to revoke:** ${ids(later)}` : '',
        held.length > 0 ? `**Held back:** ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .heldText */ .Dx)(held, _markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)}` : '',
        spared.length > 0 ? `**Not revoked by this run:** ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .sparedText */ .p7)(spared, since, _markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)}` : '',
    ]
        .filter((line) => line !== '')
        .join('\n\n');
}
function ids(keys) {
    return keys.length === 0 ? 'none' : keys.map(_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY).join(', ');
}
function planText(plan) {
    return (0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .planLines */ .HN)(plan)
        .map((line) => `- ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)(line)}`)
        .join('\n');
}
/** What a failed run has to tell, in Markdown. */
function failureText(report) {
    const parts = [
        `**${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(report.message)}** (${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(report.code)})`,
        report.details.map((line) => `- ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(line)}`).join('\n'),
        ...report.calls.map(callPart),
    ];
    if (report.hint !== undefined && report.calls.length === 0) {
        parts.push(`Cause: ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(report.hint.cause)}`, fixPart(report.hint.fix));
    }
    parts.push(['**State of things now**', '', ...report.state.map((line) => `- ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(line)}`)].join('\n'));
    if (report.retryAt !== undefined)
        parts.push(`A run after ${(0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .afterText */ .gm)(report.retryAt)} can work.`);
    parts.push(`[More about this, and what to check](${(0,_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .entryOf */ .Ms)(report)})`);
    return parts;
}
function callPart({ failure, alike, cause, fix }) {
    const calls = [failure, ...alike].map((one) => `- ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)((0,_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .alikeText */ .y4)(one))}`).slice(0, MOST_ROWS);
    const id = failure.requestId === undefined ? '' : `, request id ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(failure.requestId)}`;
    return [
        calls.join('\n'),
        `${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(failure.message)} (${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(failure.code)}${id})`,
        cause === undefined ? '' : `Cause: ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(cause)}`,
        fix === undefined ? '' : fixPart(fix),
    ]
        .filter((part) => part !== '')
        .join('\n\n');
}
/** Lines to copy are those of a list or a mapping inside one; what stands between them is said, not copied. */
function fixPart(fix) {
    const parts = [];
    let toCopy = [];
    const endBlock = () => {
        if (toCopy.length > 0)
            parts.push((0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .block */ .om)('yaml', toCopy));
        toCopy = [];
    };
    for (const line of fix.split('\n')) {
        if (/^(?: |- )/u.test(line)) {
            toCopy.push(line);
            continue;
        }
        endBlock();
        parts.push((0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(line));
    }
    endBlock();
    return `Fix: ${parts.join('\n\n')}`;
}


/***/ }),

/***/ 2897:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B9: () => (/* binding */ NOBODY_CAN_TELL),
/* harmony export */   Dx: () => (/* binding */ heldText),
/* harmony export */   EV: () => (/* binding */ PHASE_OF),
/* harmony export */   HN: () => (/* binding */ planLines),
/* harmony export */   Mb: () => (/* binding */ inTheWay),
/* harmony export */   S5: () => (/* binding */ durationText),
/* harmony export */   SE: () => (/* binding */ MOST_NAMED),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   X5: () => (/* binding */ expiryText),
/* harmony export */   Xx: () => (/* reexport safe */ _core_time_js__WEBPACK_IMPORTED_MODULE_0__.X),
/* harmony export */   Z9: () => (/* binding */ placeText),
/* harmony export */   cd: () => (/* binding */ graceText),
/* harmony export */   ch: () => (/* binding */ ALL_OF_IT),
/* harmony export */   gm: () => (/* binding */ afterText),
/* harmony export */   l$: () => (/* binding */ STEP_TEXT),
/* harmony export */   p7: () => (/* binding */ sparedText),
/* harmony export */   p_: () => (/* binding */ list),
/* harmony export */   uO: () => (/* binding */ FAILURE_TITLE),
/* harmony export */   yU: () => (/* binding */ someOf)
/* harmony export */ });
/* harmony import */ var _core_text_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9716);
/* harmony import */ var _core_time_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4258);



/** `84 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
function durationText(duration) {
    const ms = Math.max(0, Math.round(duration));
    if (ms < 1_000)
        return `${ms} ms`;
    if (ms < 59_950)
        return `${(ms / 1_000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1_000);
    if (seconds < 3_600)
        return twoUnits(seconds, 60, 'min', 1, 's');
    if (seconds < 86_400)
        return twoUnits(seconds, 3_600, 'h', 60, 'min');
    return twoUnits(seconds, 86_400, 'd', 3_600, 'h');
}
function twoUnits(seconds, large, name, small, smallName) {
    const rest = Math.floor((seconds % large) / small);
    const first = `${Math.floor(seconds / large)} ${name}`;
    return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
/** A time after which something holds: rounded up, so that it is not told too early. */
function afterText(instant) {
    return (0,_core_time_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .X)(Math.ceil(instant / 1_000) * 1_000);
}
/** Why a key is not looked for by its name. */
const NOBODY_CAN_TELL = 'nobody can tell which it is, because others may use the name, so it is not looked for';
function expiryText(expiresAt) {
    return expiresAt === undefined ? 'never expires' : `expires ${(0,_core_time_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .X)(expiresAt)}`;
}
/** `1 key`, `2 keys`. */
function count(many, one, several = `${one}s`) {
    return `${many} ${many === 1 ? one : several}`;
}
/** As many keys as a STARTER plan has. Nobody reads five hundred names; for machines there are the outputs. */
const MOST_NAMED = 10;
/** Where a run writes down all of what its log cuts short. */
const ALL_OF_IT = 'the job summary, or the file that `--summary` names,';
/** `a`, `a and b`, `a, b and c`. */
function list(items) {
    const last = items.at(-1) ?? '';
    return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
/** All items or, of many, the first ones and in what the others are found: `a, b and 7 more (… has them all)`. */
function someOf(items, all) {
    const more = items.length - MOST_NAMED;
    if (more <= 0)
        return list(items);
    return `${items.slice(0, MOST_NAMED).join(', ')} and ${more} more (${all} has them all)`;
}
/** `MUTX_API_KEY in owner/repo@production`. */
function placeText(result) {
    return `${result.secret} in ${result.target}`;
}
/** The part of the log under which a step's lines stand. Steps of one phase may run side by side. */
const PHASE_OF = {
    preflight: 'Look at keys and targets',
    list: 'Look at keys and targets',
    metadata: 'Look at keys and targets',
    'second-reading': 'Look at keys and targets',
    'make-room': 'Make room',
    create: 'Create and verify the new key',
    verify: 'Create and verify the new key',
    store: 'Store the new key',
    'check-late': 'Store the new key',
    revoke: 'Revoke what the new key supersedes',
};
/** What a step's line says when the step was done, and when it was not. */
const STEP_TEXT = {
    // Whether it can be written GitHub tells at the write only.
    preflight: ['the public key of every target read', 'not every target can be written'],
    list: ['keys listed', 'keys could not be listed'],
    metadata: ["the secrets' dates read", "the secrets' dates could not be read"],
    'second-reading': ["the secrets' dates confirmed", "the secrets' dates could not be confirmed"],
    'make-room': ['room made', 'not all of the room could be made'],
    create: ['key created', 'no key created, as far as is known'],
    verify: ['MUTX accepts the new key', 'MUTX did not confirm the new key'],
    store: ['stored in every target', 'not stored in every target'],
    'check-late': ['the stored key is still active', 'the stored key is not known to be active any more'],
    revoke: ['superseded keys revoked', 'not every superseded key revoked'],
};
const WHY_REMOVED = {
    expired: 'expired',
    'never-stored': 'never stored in any target',
    superseded: 'superseded, and in no target any more',
};
/** What a run is going to do, a line each. */
function planLines(plan) {
    const lines = [plan.due ? `rotate: ${plan.why}` : `do not rotate: ${plan.why}`];
    if (plan.current !== undefined) {
        lines.push(`current key: ${plan.current.id} (${expiryText(plan.current.expiresAt)})`);
    }
    for (const { key, why } of plan.makeRoom)
        lines.push(`revoke ${key.id}: ${WHY_REMOVED[why]}`);
    if (plan.due) {
        lines.push(...roomLines(plan.room));
        for (const key of plan.supersedes)
            lines.push(`${key.id} is superseded by the new key`);
        for (const { key, why } of plan.afterStore) {
            // Where it was stored until then is of no account any more, and may rest on one reading.
            lines.push(`revoke ${key.id} once the new key is stored${why === 'expired' ? ': expired' : ''}`);
        }
    }
    for (const key of plan.held)
        lines.push(`keep ${key.id}: more keys than max-revocations would go`);
    for (const key of plan.usedElsewhere)
        lines.push(`keep ${key.id}: something else uses it`);
    if (plan.inGrace !== undefined) {
        const { ids, until } = plan.inGrace;
        lines.push(`keep ${ids.join(', ')}: superseded, with a grace period until ${afterText(until)}`);
    }
    for (const key of plan.spared)
        lines.push(`keep ${sparedText([key], 'this look')}`);
    return lines;
}
/**
 * Until when the grace period of superseded keys lasts, where that is known; reads on from their ids. It may be over,
 * where no rule revokes them (an organisation's secret, clocks apart).
 */
function graceText(graceEnds) {
    return graceEnds === undefined ? '' : ` (grace period until ${afterText(graceEnds)})`;
}
/** Keys that no run revokes by itself, and what is to be done about them. */
function heldText(held, show = (id) => id) {
    return `not revoked, because together they are more than max-revocations allows; revoke them, or raise it: ${held.map(show).join(', ')}`;
}
/**
 * Which keys are too young to go, why, and what becomes of them: reads on from `keep` or `Not revoked by this run`.
 * @param keys at least one, all of one run
 * @param since what their age was taken at; they are older when this is read
 * @param show how an id is shown
 */
function sparedText(keys, since, show = (id) => id) {
    const it = keys.length === 1 ? 'it' : 'them';
    const times = keys.map((key) => key.until);
    const does = keys.some((key) => key.next === 'superseded')
        ? `supersedes ${it}, and the grace period begins`
        : `revokes ${it}`;
    const next = keys.some((key) => key.next === 'open')
        ? `no rotation but its own revokes ${it} before ${(0,_core_time_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .X)(Math.min(...times))}`
        : `a rotation after ${afterText(Math.max(...times))} ${does}`;
    const ids = keys.map(({ id }) => show(id)).join(', ');
    return `${ids}: made less than 15 minutes before ${since}, so another run may still be storing ${it}; ${next}`;
}
function roomLines(room) {
    switch (room.kind) {
        case 'fits':
            return [];
        case 'replace':
            return [`revoke ${room.victim.id} first: the plan has no place for both (on-quota: replace)`];
        case 'full':
        case 'too-soon': {
            const when = room.at === undefined ? '' : ` before ${(0,_core_time_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .X)(room.at)}`;
            const young = room.kind === 'too-soon' && room.inTheWay.length === 0 ? `; ${room.because}` : '';
            return [`there is no place for one more key${when}${young}`, ...inTheWay(room.inTheWay)];
        }
    }
}
/** After every expiry, and a number that can be subtracted from itself. */
const NEVER = Number.MAX_SAFE_INTEGER;
/** The keys that hold the places of a plan, a line each, the one to revoke first. What a target holds comes last, and is marked. */
function inTheWay(keys) {
    const named = keys
        .toSorted((a, b) => Number(isHeld(a)) - Number(isHeld(b)) || (a.expiresAt ?? NEVER) - (b.expiresAt ?? NEVER))
        .slice(0, MOST_NAMED)
        .map(keyInTheWay);
    const more = keys.length - named.length;
    return more > 0 ? [...named, `and ${count(more, 'more key')}`] : named;
}
/** `in the way: old (8d7f…), expires …`, or that a target uses it. */
function keyInTheWay({ id, name, expiresAt, lastUsed, heldBy = [] }) {
    const key = `${(0,_core_text_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g)(name, 100)} (${id})`;
    if (heldBy.length > 0)
        return `in use by ${someOf(heldBy, ALL_OF_IT)}: keep ${key}, ${expiryText(expiresAt)}`;
    const used = lastUsed === undefined ? '' : `, last used at ${(0,_core_time_js__WEBPACK_IMPORTED_MODULE_0__/* .instantText */ .X)(lastUsed)}`;
    return `in the way: ${key}, ${expiryText(expiresAt)}${used}`;
}
function isHeld({ heldBy = [] }) {
    return heldBy.length > 0;
}
/** What was not done, as the title of a failure. */
const FAILURE_TITLE = {
    rotate: 'MUTX API key not rotated',
    ephemeral: 'No MUTX API key for this job',
    revoke: 'MUTX API keys not revoked',
    audit: 'Audit of the MUTX API keys failed',
    plan: 'Fleet of MUTX API keys not planned',
    issue: 'The issue about failures was not kept up to date',
};


/***/ }),

/***/ 253:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  h: () => (/* binding */ MutxApi)
});

// EXTERNAL MODULE: ./lib/http/result.js
var result = __nccwpck_require__(9755);
// EXTERNAL MODULE: ./lib/http/retry-after.js
var retry_after = __nccwpck_require__(3145);
// EXTERNAL MODULE: ./lib/mutx/fields.js
var mutx_fields = __nccwpck_require__(8593);
;// CONCATENATED MODULE: ./lib/mutx/own-error.js

const ERROR_CODE = /^[A-Z][A-Z\d_]{0,63}$/;
/** Findings of a 422 that are told; a handful is all there can be. */
const FINDINGS = 3;
/**
 * Whether a reply is MUTX's own error (mutx-api, "Errors"): `{detail: "…"}`, FastAPI's `{detail: [findings]}`,
 * or `{status: "error", error_code, message, details?}`. Only such a one proves that MUTX itself said no; JSON
 * of another form may come from anything in between.
 */
function ownError(reply) {
    if (reply.body.kind !== 'json')
        return undefined;
    const { value } = reply.body;
    const error = (0,mutx_fields/* decoded */.DH)(() => {
        const fields = new mutx_fields/* Fields */.C8(value, 'the reply');
        const requestId = fields.raw('request_id');
        const retryAfter = fields.raw('retry_after');
        const errorCode = fields.raw('error_code');
        return {
            message: messageOf(fields),
            errorCode: typeof errorCode === 'string' && ERROR_CODE.test(errorCode) ? errorCode : undefined,
            requestId: typeof requestId === 'string' ? requestId : undefined,
            retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
        };
    });
    return error.ok ? error.value : undefined;
}
function messageOf(fields) {
    if (Array.isArray(fields.raw('detail')))
        return findingsOf(fields.list('detail')).join('; ');
    if (fields.has('detail'))
        return fields.text('detail');
    fields.same('status', 'error');
    fields.text('error_code');
    const details = fields.raw('details');
    return [fields.text('message'), ...findingsOf(Array.isArray(details) ? details : [])].join('; ');
}
/** `body.name: String should have at most 255 characters`; what was sent (`input`) is left out. */
function findingsOf(details) {
    return details.slice(0, FINDINGS).flatMap((detail) => {
        const finding = (0,mutx_fields/* decoded */.DH)(() => {
            const fields = new mutx_fields/* Fields */.C8(detail, 'a finding');
            const place = fields.list('loc').filter((part) => typeof part === 'string' || typeof part === 'number');
            return `${place.join('.')}: ${fields.text('msg')}`;
        });
        return finding.ok ? [finding.value] : [];
    });
}

;// CONCATENATED MODULE: ./lib/mutx/failures.js



/**
 * Why a call to MUTX did not give what was asked for. `refused` only where the reply is MUTX's own error: what
 * a proxy's page or a broken reply says proves nothing about what was done.
 */
function failureOf(result, context) {
    switch (result.kind) {
        case 'not-sent':
            return failure(context, undefined, notSent(result));
        case 'lost':
            return failure(context, undefined, lost(result));
        case 'reply':
            return failure(context, result, causeOf(result, context.secrets));
    }
}
/** A reply with the right status whose content cannot be used. @param problem of {@link Decoded} */
function badReply(reply, problem, context) {
    return failure(context, reply, unclear('mutx-bad-reply', problem, false));
}
function failure(context, reply, cause) {
    const requestId = reply?.headers.get('x-request-id') ?? cause.requestId;
    return {
        service: 'mutx',
        call: context.call,
        status: reply?.status,
        ...cause,
        ...(requestId === undefined ? {} : { requestId: context.secrets.quote(requestId, 64) }),
    };
}
function unclear(code, message, retryable) {
    return { kind: 'unclear', code, message, retryable };
}
function notSent({ code, message, retryable }) {
    return { kind: 'not-sent', code: NOT_SENT[code], message, retryable };
}
const NOT_SENT = {
    'not-started': 'deadline',
    'unknown-host': 'mutx-unknown-host',
    unreachable: 'mutx-unreachable',
    tls: 'mutx-tls-refused',
    'proxy-setting': 'mutx-proxy-setting',
    'proxy-unreachable': 'mutx-proxy-unreachable',
    'proxy-refused': 'mutx-proxy-refused',
    timeout: 'mutx-unreachable',
};
function lost({ code, message }) {
    switch (code) {
        case 'timeout':
            return unclear('mutx-timeout', message, true);
        case 'reset':
        case 'cut-off':
            return unclear('mutx-lost-reply', message, true);
        case 'bad-http':
        case 'too-large':
        case 'compressed':
            return unclear('mutx-bad-reply', message, false);
    }
}
function causeOf(reply, secrets) {
    const own = ownError(reply);
    if (own === undefined)
        return notOwn(reply, secrets);
    const { requestId, errorCode } = own;
    return {
        ...ownCause(reply, own, secrets),
        ...(requestId === undefined ? {} : { requestId }),
        ...(errorCode === undefined ? {} : { errorCode }),
    };
}
function ownCause(reply, own, secrets) {
    const { status } = reply;
    const message = secrets.quote(own.message);
    if (status === 429)
        return throttled(message, reply, own);
    if ((0,result/* isServerError */.G)(status))
        return serverError('mutx-server-error', message, reply, own);
    if (status >= 400 && status < 500) {
        return {
            kind: 'refused',
            code: refusalCode(status),
            message,
            retryable: false,
            ...hintOf(reply, secrets),
            // No place in the plan: when it is worth asking again.
            ...(status === 409 ? waitOf(reply, own) : {}),
        };
    }
    return notOwn(reply, secrets);
}
/** Not an error of MUTX's own making. */
function notOwn(reply, secrets) {
    const { status, body } = reply;
    // Whoever limits the rate has not passed the request on.
    if (status === 429)
        return throttled('too many requests', reply, undefined);
    if (status >= 300 && status < 400) {
        return unclear('mutx-redirect', `a redirect${whereTo(reply, secrets)}, which is not followed`, false);
    }
    if (body.kind === 'other' && /json/i.test(reply.headers.get('content-type') ?? '')) {
        return unclear('mutx-bad-reply', 'the JSON of the reply is broken', true);
    }
    if (body.kind === 'other') {
        const message = 'a page that is not of the MUTX API';
        return (0,result/* isServerError */.G)(status)
            ? serverError('mutx-proxy-page', message, reply, undefined)
            : unclear('mutx-proxy-page', message, false);
    }
    if ((0,result/* isServerError */.G)(status))
        return serverError('mutx-server-error', 'an error without words', reply, undefined);
    return unclear('mutx-bad-reply', 'the reply is not what the MUTX API gives', false);
}
function throttled(message, reply, own) {
    return { kind: 'throttled', code: 'mutx-rate-limited', message, retryable: true, ...waitOf(reply, own) };
}
function serverError(code, message, reply, own) {
    return { ...unclear(code, message, true), ...waitOf(reply, own) };
}
function waitOf(reply, own) {
    const retryAfter = (0,retry_after/* retryAfterOf */.s)(reply, own?.retryAfter);
    return retryAfter === undefined ? {} : { retryAfter };
}
function refusalCode(status) {
    switch (status) {
        case 401:
            return 'mutx-unauthorized';
        case 402:
            return 'mutx-payment-required';
        case 403:
            return 'mutx-forbidden';
        case 404:
            return 'mutx-not-found';
        case 409:
            return 'mutx-conflict';
        case 400:
        case 422:
            return 'mutx-validation';
        default:
            return 'mutx-refused';
    }
}
/** 402 may say where to pay (mutx-api, "Errors"). */
function hintOf(reply, secrets) {
    const upgrade = reply.status === 402 ? reply.headers.get('upgrade-url') : undefined;
    return upgrade === undefined ? {} : { hint: `see the plans at ${secrets.quote(upgrade)}` };
}
/** Origin and path: the rest of a Location may hold anything. */
function whereTo(reply, secrets) {
    const location = reply.headers.get('location');
    if (location === undefined || !URL.canParse(location))
        return '';
    const { origin, pathname } = new URL(location);
    return ` to ${secrets.quote(origin + pathname)}`;
}

;// CONCATENATED MODULE: ./lib/mutx/api.js


/**
 * The MUTX API of whichever generation, one attempt a call. The generation is found out by asking with the
 * calls themselves: where `/v1` is right, that costs nothing; where it is not, its 404 says that nothing was
 * done, and the same call is made without the prefix. A gateway may answer with a page of its own there, which says
 * nothing of a call that changes something; then the list is asked for.
 */
class MutxApi {
    secrets;
    #http;
    #generation;
    /** @param http its base URL is `api-url`; one that ends in `/v1` is taken at its word */
    constructor(http, secrets) {
        this.#http = http;
        this.secrets = secrets;
        this.#generation = this.#isAtItsWord() ? 'v1' : undefined;
    }
    /** undefined: no reply has shown it yet */
    get generation() {
        return this.#generation;
    }
    async ask(request, answer) {
        const { result, call } = await this.#send(request);
        const context = { call, secrets: this.secrets };
        const value = result.kind === 'reply' && isMutxs(result) ? answer(result) : undefined;
        if (result.kind !== 'reply' || value === undefined) {
            return { ok: false, failure: failureOf(result, context) };
        }
        if (!value.ok)
            return { ok: false, failure: badReply(result, value.problem, context) };
        return { ok: true, value: value.value, date: result.date };
    }
    async #send(request) {
        const known = this.#generation;
        const first = await this.#sendTo(known ?? 'v1', request);
        if (known !== undefined || !isMissing(first)) {
            if (isSuccess(first))
                this.#generation ??= 'v1';
            return first;
        }
        if (!isAnswered(first) && !(await this.#isDocumented(request)))
            return first;
        // Another call may have learned meanwhile that this 404 is v1's own.
        if (this.#generation === 'v1')
            return first;
        const second = await this.#sendTo('documented', request);
        if (isSuccess(second))
            this.#generation ??= 'documented';
        return second;
    }
    /**
     * Whether the list is where the documented API has it, and not where v1 has it: then nothing was done by a call
     * that was answered with a page.
     */
    async #isDocumented(like) {
        const listOf = (generation) => {
            const { headers = {} } = like(generation);
            return { method: 'GET', path: '/api-keys', headers };
        };
        if (!isMissing(await this.#sendTo('v1', listOf)))
            return false;
        const { result } = await this.#sendTo('documented', listOf);
        return result.kind === 'reply' && result.status !== 404 && isMutxs(result);
    }
    async #sendTo(generation, requestOf) {
        const request = requestOf(generation);
        const prefix = generation === 'v1' && !this.#isAtItsWord() ? '/v1' : '';
        const path = prefix + request.path;
        const result = await this.#http.send({ ...request, path });
        return { result, method: request.method, call: `${request.method} ${this.#http.basePath}${path}` };
    }
    #isAtItsWord() {
        return this.#http.basePath.endsWith('/v1');
    }
}
/** A success that holds an error is none of MUTX's: something in between made it of an error. */
function isMutxs(reply) {
    const isError = ownError(reply) !== undefined;
    return reply.status < 300 ? reply.body.kind !== 'other' && !isError : isError;
}
function isSuccess({ result }) {
    return result.kind === 'reply' && result.status < 300 && isMutxs(result);
}
function isMissing({ result }) {
    return result.kind === 'reply' && result.status === 404;
}
/**
 * Whether a 404 says that nothing was done. Of what changes something only MUTX itself can say so: a page of
 * something in between does not prove it.
 */
function isAnswered({ method, result }) {
    return method === 'GET' || (result.kind === 'reply' && ownError(result) !== undefined);
}


/***/ }),

/***/ 8593:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   C8: () => (/* binding */ Fields),
/* harmony export */   DH: () => (/* binding */ decoded),
/* harmony export */   q5: () => (/* binding */ isWrittenKeyId),
/* harmony export */   rZ: () => (/* binding */ isKeyId)
/* harmony export */ });
/* unused harmony export parseTimestamp */
/* harmony import */ var _secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6111);

const ISO_8601 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;
const MINUTE = 60_000;
/**
 * A timestamp as MUTX writes them: ISO 8601, usually with microseconds, often without a zone, and then it is
 * UTC (mutx-api, "A key record"); `new Date()` would take that for local time. What is finer than a millisecond
 * is cut off.
 * @returns undefined for anything else, days and hours that do not exist included
 */
function parseTimestamp(text) {
    const parts = ISO_8601.exec(text);
    if (parts === null)
        return undefined;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
    const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
    const instant = Date.UTC(year, month - 1, day, hour, minute, second, ms);
    // Date.UTC carries over (the 30th of February becomes March) and takes years below 100 for the 1900s.
    const canonical = `${text.slice(0, 19)}.${String(ms).padStart(3, '0')}Z`;
    if (new Date(instant).toISOString() !== canonical)
        return undefined;
    return instant - offsetOf(parts[8] ?? 'Z');
}
function offsetOf(zone) {
    if (zone === 'Z')
        return 0;
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
    return (zone.startsWith('-') ? -minutes : minutes) * MINUTE;
}
/** Of a reply. UUIDs today; opaque to us, but they go into paths and messages, where no credential belongs. */
function isKeyId(text) {
    return /^[\w-]{1,100}$/.test(text) && !(0,_secrets_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .looksLikeCredential */ .Pv)(text);
}
/**
 * Of somebody who wrote it. MUTX describes the id of a key as a UUID (the path parameter `key_id` of its OpenAPI
 * document), so anything else is a slip, to be told before anything is called.
 */
function isWrittenKeyId(text) {
    return /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu.test(text);
}
const ANYTHING = /^/;
/** Thrown by {@link Fields} and caught by {@link decoded}, nowhere else. */
class Malformed extends Error {
}
/** Runs a decoder; a field that is not as it should be ends it. */
function decoded(decode) {
    try {
        return { ok: true, value: decode() };
    }
    catch (error) {
        if (error instanceof Malformed)
            return { ok: false, problem: error.message };
        throw error;
    }
}
/** The own fields of a JSON object, by type. A name that a prototype has too is a field like any other. */
class Fields {
    #where;
    #values;
    /** @param where for problems: `the reply`, `items[3]` */
    constructor(value, where) {
        this.#where = where;
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
            throw new Malformed(`${where} is not an object`);
        }
        this.#values = value;
    }
    /** Neither missing nor null. */
    has(name) {
        return (this.raw(name) ?? null) !== null;
    }
    /** @param form what it has to look like */
    text(name, form = ANYTHING) {
        const value = this.raw(name);
        if (typeof value !== 'string' || !form.test(value))
            throw this.malformedText(name);
        return value;
    }
    /** What {@link text} throws of a field that is none of the text that it should be. */
    malformedText(name) {
        const isText = typeof this.raw(name) === 'string';
        return this.#malformed(name, isText ? 'does not have the form that it should have' : 'is not a string');
    }
    /** A field that can only have one value. */
    same(name, expected) {
        if (this.raw(name) !== expected)
            throw this.#malformed(name, 'is not what was asked for');
        return expected;
    }
    boolean(name) {
        const value = this.raw(name);
        if (typeof value !== 'boolean')
            throw this.#malformed(name, 'is not true or false');
        return value;
    }
    /** A whole number, not negative. */
    count(name) {
        const value = this.raw(name);
        if (!Number.isSafeInteger(value) || Number(value) < 0) {
            throw this.#malformed(name, 'is not a whole number');
        }
        return Number(value);
    }
    /** A whole number, not zero either. */
    countAboveZero(name) {
        const value = this.count(name);
        if (value === 0)
            throw this.#malformed(name, 'is zero');
        return value;
    }
    instant(name) {
        const instant = parseTimestamp(this.text(name));
        if (instant === undefined)
            throw this.#malformed(name, 'is not a timestamp');
        return instant;
    }
    /** undefined where the field is null or missing. */
    instantOrNone(name) {
        return this.has(name) ? this.instant(name) : undefined;
    }
    list(name) {
        const value = this.raw(name);
        if (!Array.isArray(value))
            throw this.#malformed(name, 'is not a list');
        return value;
    }
    /** The value as it is, for the one field that must be masked before anything is checked. */
    raw(name) {
        return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    }
    #malformed(name, what) {
        return new Malformed(`${this.#where}.${name} ${what}`);
    }
}


/***/ }),

/***/ 4371:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ decodeJwt)
/* harmony export */ });
const JWT = /^([\w-]+)\.([\w-]+)\.[\w-]*$/u;
/** The last instant that a `Date` can hold. */
const END_OF_TIME = 8.64e15;
/**
 * The claims of a text that has the form of a JWT (RFC 7519, compact): three parts, the first two JSON objects
 * in base64url. (A GitHub token of the form `ghs_…_<JWT>` has three parts as well.) A claim of another type than it should have is left out.
 * @returns undefined for anything else; never throws
 */
function decodeJwt(text) {
    const [, header, payload] = JWT.exec(text) ?? [];
    const claims = parseObject(payload);
    if (claims === undefined || parseObject(header) === undefined)
        return undefined;
    return {
        ...string('type', claims.get('type')),
        ...instant('exp', claims.get('exp')),
        ...instant('iat', claims.get('iat')),
        ...string('jti', claims.get('jti')),
        ...string('familyId', claims.get('family_id')),
    };
}
function parseObject(part) {
    try {
        const value = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
        if (typeof value !== 'object' || value === null || Array.isArray(value))
            return undefined;
        return new Map(Object.entries(value));
    }
    catch {
        return undefined;
    }
}
function string(name, value) {
    return typeof value === 'string' ? { [name]: value } : {};
}
/** NumericDate (RFC 7519, section 2): seconds since the epoch, fractions allowed. */
function instant(name, value) {
    if (typeof value !== 'number')
        return {};
    const ms = value * 1_000;
    return Math.abs(ms) <= END_OF_TIME ? { [name]: ms } : {};
}


/***/ }),

/***/ 5603:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  J9: () => (/* binding */ planOn),
  sG: () => (/* binding */ readSettledSnapshot),
  e$: () => (/* binding */ rotate)
});

// EXTERNAL MODULE: ./lib/core/limits.js
var limits = __nccwpck_require__(7535);
// EXTERNAL MODULE: ./lib/rotation/rules.js
var rules = __nccwpck_require__(9541);
;// CONCATENATED MODULE: ./lib/rotation/other-targets.js


/** Whether a key has been used after the run that made it: by whatever a secret gave it to. */
function isInUse({ createdAt, lastUsed }) {
    return lastUsed !== undefined && lastUsed >= createdAt + limits/* FENCE */.AK;
}
/**
 * Of the keys that are in use, those that none of these secrets holds, as far as their dates tell. A key that may be
 * in one of them counts as held.
 */
function heldElsewhere(keys, secrets, keysOfName) {
    return keys.filter((key) => {
        if (!isInUse(key))
            return false;
        const how = (0,rules/* notInAnyTarget */._A)(key, secrets, keysOfName, 0);
        if (how === undefined)
            return false;
        // What was superseded may have been used until then, and by jobs that had begun by then.
        return how.kind === 'never-stored' || Number(key.lastUsed) > (0,rules/* lastWriteOf */.Px)(secrets) + limits/* FENCE */.AK;
    });
}
/** Whether a neighbour holds one of these keys, as far as dates tell: no key of another name was made for it. */
function keyInNeighbour(updatedAt, leaving, look, keyName) {
    const others = look.keys.filter(({ name }) => name !== keyName);
    if (updatedAt === undefined || (0,rules/* candidatesFor */._j)(updatedAt, others).length > 0)
        return undefined;
    return leaving.find((key) => (0,rules/* couldHaveWritten */.Lq)(key, updatedAt));
}
/** Warns of the keys of the plan that go although something that is no target of this run seems to hold them. */
async function warnOfOtherTargets(run, look, plan) {
    const { settings, ports } = run;
    // A name made of the target is that target's alone.
    if (settings.nameOfTarget === true || look.clocksApart)
        return;
    const told = new Set(plan.usedElsewhere.map(({ id }) => id));
    const leaving = leavingOf(look, plan).filter(({ id }) => !told.has(id));
    const found = await unaccounted(run, look, leaving);
    for (const key of found)
        run.warn('name-used-elsewhere', inUse(key));
    const rest = leaving.filter((key) => !found.includes(key));
    if (rest.length === 0)
        return;
    await Promise.all((ports.neighbours ?? []).map(async (neighbour) => {
        const reply = await neighbour.metadata();
        const key = reply.ok ? keyInNeighbour(reply.value?.updatedAt, rest, look, settings.keyName) : undefined;
        if (key !== undefined)
            run.warn('name-used-elsewhere', inNeighbour(key, neighbour));
    }));
}
/** The working keys that the plan revokes, or counts as superseded. */
function leavingOf(look, { makeRoom, afterStore, supersedes }) {
    const allowed = [...makeRoom, ...afterStore].map(({ key }) => key);
    const ids = new Set([...allowed, ...supersedes].map(({ id }) => id));
    const { date } = look;
    return date === undefined ? [] : look.keys.filter((key) => ids.has(key.id) && (0,rules/* works */.No)(key, date));
}
/** Reads one target after the other, only until each key is accounted for: mostly, that is one. */
async function unaccounted({ ports, settings }, look, leaving) {
    const ofName = look.keys.filter(({ name }) => name === settings.keyName);
    if (look.secrets !== undefined)
        return heldElsewhere(leaving, look.secrets, ofName);
    let open = leaving.filter(isInUse);
    const secrets = [];
    for (const { metadata, shared } of ports.targets.map(metadataOf)) {
        if (open.length === 0)
            return [];
        const reply = await metadata();
        // Nothing is said on half the evidence.
        if (!reply.ok)
            return [];
        const secret = { updatedAt: reply.value?.updatedAt, shared };
        secrets.push(secret);
        open = open.filter((key) => (0,rules/* notInAnyTarget */._A)(key, [secret], ofName, 0) !== undefined);
    }
    return heldElsewhere(open, secrets, ofName);
}
function metadataOf(target) {
    return { metadata: () => target.metadata(), shared: target.shared };
}
const ADD = 'If another target holds it, it answers 401 once it is revoked: add that target to `targets`, or give its key another `key-name`';
function inUse({ id, name, lastUsed = 0 }) {
    return `key ${id} is in use (last at ${new Date(lastUsed).toISOString()}) and in no target of this run, which is to revoke it: the name ${name} has, or had, other targets. ${ADD}`;
}
function inNeighbour({ id }, { label, secretName }) {
    return `${secretName} in ${label} is no target of this run, and was written when key ${id} was made, so it most likely holds that key, which this run is to revoke. ${ADD}`;
}
/**
 * The plan of a look, in which the keys that leave no room are marked with what is known of their use.
 * @param labels of the targets, in the order of the look's secrets
 */
function withUse(plan, look, labels, keyName) {
    const { room } = plan;
    if (room.kind !== 'full' && room.kind !== 'too-soon')
        return plan;
    const ids = new Set(room.inTheWay.map(({ id }) => id));
    const ofName = look.keys.filter(({ name }) => name === keyName);
    const inTheWay = look.keys
        .filter(({ id }) => ids.has(id))
        .map(({ id, name, expiresAt, lastUsed }) => {
        const heldBy = holdersOf(id, look, labels, ofName);
        return { id, name, expiresAt, lastUsed, heldBy };
    });
    return { ...plan, room: { ...room, inTheWay } };
}
function holdersOf(key, look, labels, ofName) {
    const record = ofName.find(({ id }) => id === key);
    const { secrets } = look;
    if (record === undefined || secrets === undefined)
        return [];
    return labels.filter((_, index) => {
        const secret = secrets[index];
        if (secret === undefined)
            return false;
        // Where dates say little (an edit of the audience moves them, the clocks differ), what cannot be excluded may be it.
        if (look.clocksApart || look.contradicted)
            return true;
        if (secret.shared)
            return (0,rules/* notInAnyTarget */._A)(record, [secret], ofName, 0) === undefined;
        return (0,rules/* candidatesFor */._j)(secret.updatedAt, ofName).some(({ id }) => id === key);
    });
}

// EXTERNAL MODULE: ./lib/rotation/room.js
var rotation_room = __nccwpck_require__(907);
// EXTERNAL MODULE: ./lib/rotation/snapshot.js
var snapshot = __nccwpck_require__(5752);
;// CONCATENATED MODULE: ./lib/rotation/plan.js




/** Active, not expired and older than the fence: what rule R would allow if a key were made and stored now. */
function olderKeys(look, settings) {
    const { date } = look;
    if (date === undefined)
        return [];
    return (0,snapshot/* keysOfName */.P)(look, settings).filter((key) => key.isActive && key.createdAt < date - limits/* FENCE */.AK && !(0,rules/* isExpired */._d)(key, date));
}
/**
 * Whether a decision needs the targets' metadata (protocol, step 2): to know the current key, to keep a grace
 * period, to make room, or to tell never-stored keys from stored ones before counting revocations.
 */
function needsSecrets(look, settings) {
    return (settings.renewBefore !== undefined ||
        settings.gracePeriod > 0 ||
        look.conflicted ||
        (look.places !== undefined && (0,rotation_room/* placesTaken */.O0)(look.keys) + 1 >= look.places) ||
        olderKeys(look, settings).length > settings.maxRevocations);
}
/** A key that no run stored is missed by nobody; a superseded one takes the most inference. */
const GOES_FIRST = ['never-stored', 'expired', 'superseded'];
/** What rules E and W allow to revoke at this look, what goes first before the others, and the keys they keep away from. */
function removable(look, settings) {
    const keys = (0,snapshot/* keysOfName */.P)(look, settings);
    const found = [];
    const usedElsewhere = [];
    const { date, secrets } = look;
    if (date === undefined)
        return { found, usedElsewhere };
    for (const key of keys) {
        if (!key.isActive)
            continue;
        if ((0,rules/* isExpiredForSure */.sZ)(key, date, look.githubDate)) {
            found.push({ key, why: 'expired' });
            continue;
        }
        if (secrets === undefined || !canTellWhatIsStored(look))
            continue;
        const how = (0,rules/* notInAnyTarget */._A)(key, secrets, keys, settings.gracePeriod);
        if (how === undefined || date <= how.revocableFrom)
            continue;
        if ((0,rules/* isUsedElsewhere */.KS)(key, how))
            usedElsewhere.push(key);
        else
            found.push({ key, why: how.kind });
    }
    return { found: GOES_FIRST.flatMap((why) => found.filter((one) => one.why === why)), usedElsewhere };
}
/** Rule W compares times of two servers, and believes no single reading. */
function canTellWhatIsStored({ clocksApart, contradicted }) {
    return !clocksApart && !contradicted;
}
/**
 * Whether a plan does, before the new key is in every target, what only two readings of the targets that agree allow:
 * to revoke a key because it is in none, or to name one as superseded. With a grace period, after that too: what is
 * in its grace period, no store of a new key tells.
 */
function restsOnSecrets(plan, { gracePeriod }) {
    const allowed = [...plan.makeRoom, ...plan.afterStore];
    const isBefore = plan.makeRoom.length > 0 || gracePeriod > 0;
    const isReplaced = plan.room.kind === 'replace';
    return (isReplaced ||
        (isBefore && allowed.some(({ rule }) => rule === 'not-stored')) ||
        plan.superseded.length > 0);
}
/** Whether to rotate, and why (protocol, step 3). `forced`: a run that must repeat a late write is due. */
function dueness(look, settings, forced) {
    const { date, secrets } = look;
    const { renewBefore, gracePeriod } = settings;
    const current = secrets === undefined || date === undefined || isBeyondComparison(look) || isOlderThanList(look)
        ? undefined
        : (0,rules/* currentOfAll */.qF)(secrets, (0,snapshot/* keysOfName */.P)(look, settings), date);
    if (forced)
        return { due: true, why: 'the last write came too late to be relied on', current };
    if (renewBefore === undefined && gracePeriod === 0)
        return { due: true, why: 'every run rotates', current };
    if (date === undefined || secrets === undefined || current === undefined) {
        return { due: true, why: whyUncertain(look, settings), current };
    }
    const lastWrite = (0,rules/* lastWriteOf */.Px)(secrets);
    const others = mayBeStoredToo((0,snapshot/* keysOfName */.P)(look, settings), secrets, current);
    const maybe = { due: true, why: 'another key of the name may still be stored', current };
    // With the margin: before it, rule W could not yet free what the last rotation superseded.
    if (gracePeriod > 0 && date - lastWrite <= gracePeriod + limits/* MARGIN */.jS) {
        // To rotate would supersede one more key and free none, so only where the other would end before a later run.
        const soonOver = lastWrite + gracePeriod + limits/* FENCE */.AK;
        if (others.some(({ expiresAt }) => expiresAt !== undefined && expiresAt < soonOver))
            return maybe;
        return { due: false, why: 'the last rotation is less than the grace period ago', current };
    }
    if (renewBefore === undefined)
        return { due: true, why: 'every run rotates', current };
    if (others.length > 0)
        return maybe;
    if (current.expiresAt === undefined)
        return { due: true, why: 'the current key never expires', current };
    // By the later of both clocks: the end of the stored key is what must not be missed.
    return current.expiresAt - Math.max(date, look.githubDate ?? date) > renewBefore
        ? { due: false, why: 'the current key lives longer than renew-before', current }
        : { due: true, why: 'the current key has less than renew-before left', current };
}
/** Whether the secrets' dates say nothing of which key a target holds. */
function isBeyondComparison({ clocksFarApart, readingsDiffer }) {
    return clocksFarApart === true || readingsDiffer === true;
}
/** Whether a secret is so old that its key may not be among those that were read. */
function isOlderThanList({ secrets = [], unreadBefore = Number.NEGATIVE_INFINITY }) {
    return secrets.some(({ updatedAt }) => updatedAt !== undefined && updatedAt - limits/* FENCE */.AK - limits/* MARGIN */.jS < unreadBefore);
}
/** What is not known of the targets, as exactly as that can be told. */
function whyUncertain(look, settings) {
    const keys = (0,snapshot/* keysOfName */.P)(look, settings);
    if (!keys.some((key) => key.isActive))
        return 'no key of this name is active';
    const { date = Number.NEGATIVE_INFINITY, secrets = [] } = look;
    if (secrets.some(({ updatedAt }) => updatedAt === undefined))
        return 'not every target has the secret yet';
    if (look.clocksFarApart === true)
        return 'the times of MUTX and GitHub cannot be compared';
    if (look.readingsDiffer === true)
        return 'GitHub gives two different answers about a secret';
    if (isOlderThanList(look))
        return 'a target has a secret from before the oldest key that was read';
    const candidates = secrets.map((secret) => (0,rules/* candidatesFor */._j)(secret.updatedAt, keys));
    if (candidates.some(({ length }) => length > 1)) {
        return 'keys of this name were made so close together that it is not certain which one a target holds';
    }
    if (candidates.flat().some((key) => !(0,rules/* works */.No)(key, date))) {
        return 'a target holds a key that does not work any more';
    }
    return 'it is not certain that every target holds the same working key';
}
/**
 * The other active keys, expired ones too, that may be what a target really holds. An organisation secret's date moves
 * when its audience is edited, so that an orphan can look like the current key; its use shows that it is not one.
 */
function mayBeStoredToo(keys, secrets, current) {
    const isInUse = current.lastUsed !== undefined && current.lastUsed > current.createdAt + limits/* FENCE */.AK;
    if (secrets.length === 1 && isInUse)
        return [];
    return keys.filter((key) => key.id !== current.id && key.isActive && (0,rules/* notInAnyTarget */._A)(key, secrets, keys, 0) === undefined);
}
/**
 * What a rotation would spare if it were now. Where none is due, the current key is known, so a young one beside it
 * is in no target (rules.ts: `currentOf`); but its run may store it yet, and then it has a grace period before it.
 * @param staying keys of the name that are old enough to go, and that this run would leave
 */
function tooYoung(look, settings, { due, current }, staying) {
    const { date } = look;
    if (date === undefined)
        return [];
    const young = (0,rules/* sparedBy */.jB)((0,snapshot/* keysOfName */.P)(look, settings), { createdAt: date }).filter((key) => !(0,rules/* isExpired */._d)(key, date));
    // The new key will be one more.
    if (due)
        return (0,rules/* sparedKeys */.y)(young, settings, staying + 1);
    const beside = young.filter((key) => key.id !== current.id);
    const spared = (0,rules/* sparedKeys */.y)(beside, settings, staying + young.length - beside.length);
    return settings.gracePeriod > 0 ? spared.map((key) => ({ ...key, next: 'open' })) : spared;
}
/** The plan of a run: a pure function of its look. */
function makePlan(look, settings, forced) {
    const decision = dueness(look, settings, forced);
    const { found, usedElsewhere } = removable(look, settings);
    const foundIds = new Set(found.map(({ key }) => key.id));
    const older = olderKeys(look, settings).filter((key) => !foundIds.has(key.id));
    const superseding = decision.due ? older : [];
    const counted = [
        ...found.filter(({ key, why }) => why === 'superseded' && !isDead(key, look)).map(({ key }) => key),
        ...(settings.gracePeriod === 0 ? superseding : []),
    ];
    const tooMany = counted.length > settings.maxRevocations;
    const allowed = (tooMany ? found.filter(({ why }) => why !== 'superseded') : found).map(plannedRevocation);
    const superseded = decision.due ? [] : nameable(look, settings);
    return {
        ...decision,
        ...split(allowed, look, settings, decision),
        supersedes: superseding.map(rotation_room/* summarize */.eh),
        held: tooMany ? counted.map(rotation_room/* summarize */.eh) : [],
        usedElsewhere: usedElsewhere.map(rotation_room/* summarize */.eh),
        superseded: superseded.map(rotation_room/* summarize */.eh),
        inGrace: inGraceOf(superseded.filter((key) => !foundIds.has(key.id)), look, settings),
        spared: tooYoung(look, settings, decision, decision.due && !tooMany ? 0 : older.length),
    };
}
/** By one clock, which does to tell keys that work from keys that do not. */
function isDead(key, { date }) {
    return date !== undefined && (0,rules/* isExpired */._d)(key, date);
}
function plannedRevocation({ key, why }) {
    return { key: (0,rotation_room/* summarize */.eh)(key), rule: why === 'expired' ? 'expired' : 'not-stored', why };
}
/**
 * What of the allowed revocations comes before the create, as few as it needs (protocol, step 4): none where there is
 * no room after all of them. What is not needed now goes after the store, when it takes no inference.
 */
function split(allowed, look, settings, { due, current }) {
    const roomWithout = (few) => (0,rotation_room/* roomFor */.N_)(look, settings, new Set(few.map(({ key }) => key.id)), current);
    const room = roomWithout(allowed);
    if (!due)
        return { makeRoom: allowed, afterStore: [], room };
    if (room.kind === 'full' || room.kind === 'too-soon')
        return { makeRoom: [], afterStore: [], room };
    let needed = look.conflicted ? allowed.length : 0;
    while (needed < allowed.length && roomWithout(allowed.slice(0, needed)).kind !== 'fits')
        needed += 1;
    const makeRoom = allowed.slice(0, needed);
    return { makeRoom, afterStore: allowed.slice(needed), room: roomWithout(makeRoom) };
}
/** What a look may name as superseded (protocol, "Named as superseded"): an order to revoke it. */
function nameable(look, settings) {
    const { secrets } = look;
    if (settings.gracePeriod === 0 || secrets === undefined || !canTellWhatIsStored(look))
        return [];
    const keys = (0,snapshot/* keysOfName */.P)(look, settings);
    return keys.filter((key) => (0,rules/* isSuperseded */.pe)(key, secrets, keys));
}
function inGraceOf(keys, { secrets = [] }, settings) {
    if (keys.length === 0)
        return undefined;
    return { ids: keys.map(({ id }) => id), until: (0,rules/* graceEnd */.qS)((0,rules/* lastWriteOf */.Px)(secrets), settings) };
}

// EXTERNAL MODULE: ./lib/core/retry.js
var retry = __nccwpck_require__(7493);
// EXTERNAL MODULE: ./lib/rotation/run.js
var rotation_run = __nccwpck_require__(7467);
;// CONCATENATED MODULE: ./lib/rotation/read-snapshot.js





/**
 * Protocol step 2. The list and everything that has no order (the account, public keys, permissions,
 * audiences) go out together; the targets' metadata only after the list's reply, and only if needed: in this
 * order a decision stays true however long the run sleeps before acting on it.
 * @param learned what creates that were refused have taught about the plan's places; learns more here
 */
async function readSnapshot(run, learned) {
    const { ports, settings } = run;
    // From before the list was sent: what passes till then only makes the clocks look further apart.
    let listed = new retry/* Stopwatch */.eM(ports.clock);
    let listTook = 0;
    const listNow = async () => {
        listed = new retry/* Stopwatch */.eM(ports.clock);
        const reply = await ports.keys.list();
        listTook = listed.elapsed();
        // A list of many pages takes minutes: what can be compared is the date of the last of them.
        if (reply.ok && reply.reading !== undefined)
            listed = new retry/* Stopwatch */.eM(ports.clock);
        return reply;
    };
    const [list, account, prepared] = await Promise.all([
        run.step('list', () => run.call(listNow), (reply) => reply.ok),
        askPlaces(run),
        run.step('preflight', () => (0,rotation_run/* eachOf */.pQ)(ports.targets, limits/* READS */.yT, (target) => run.askGithub(() => target.prepare())), (replies) => (0,rotation_run/* failuresOf */.dJ)(replies).length === 0),
    ]);
    const unwritable = (0,rotation_run/* failuresOf */.dJ)(prepared);
    if (unwritable.length > 0)
        return fail('preflight', [...unwritable, ...(0,rotation_run/* failuresOf */.dJ)([list])]);
    if (!list.ok)
        return fail('look', [list.failure]);
    if (account.refused !== undefined)
        return { ok: false, failure: (0,rotation_run/* accountRefused */._C)(account.refused) };
    const { date, lead } = listDate(list);
    run.listed({ date, since: listed, lead, took: list.reading === undefined ? listTook : lead });
    if (learned.full) {
        learned.places = (0,rotation_room/* placesTaken */.O0)(list.value);
        learned.full = false;
    }
    const first = {
        date: list.date,
        githubDate: earliestDate(prepared),
        keys: list.value,
        places: fewest(account.places, learned.places),
        secrets: undefined,
        clocksApart: false,
        contradicted: false,
        lostCreates: [],
        repairs: false,
        conflicted: learned.conflicted,
        unreadBefore: list.reading?.since,
    };
    ports.report({
        type: 'looked',
        active: (0,rotation_room/* placesTaken */.O0)(first.keys),
        ofName: first.keys.filter((key) => key.isActive && key.name === settings.keyName).length,
        plan: account.plan,
        places: first.places,
        date: first.date,
    });
    if (!needsSecrets(first, settings))
        return { ok: true, look: first };
    const metadata = await run.step('metadata', () => (0,rotation_run/* eachOf */.pQ)(ports.targets, limits/* READS */.yT, (target) => readSecret(run, target)), (replies) => (0,rotation_run/* failuresOf */.dJ)(replies).length === 0);
    const unreadable = (0,rotation_run/* failuresOf */.dJ)(metadata);
    if (unreadable.length > 0)
        return fail('look', unreadable);
    const elapsed = lead + listed.elapsed();
    const clocksApart = areClocksApart(date, metadata, elapsed);
    const clocksFarApart = areSurelyApart(date, metadata, elapsed);
    if (clocksApart) {
        run.warn('clocks-apart', 'the times of MUTX and GitHub cannot be compared closely enough (clocks more than 30 s apart, a reply without a Date, or slow replies): this run revokes no key for being in no secret');
    }
    const githubDate = earliestDate([...prepared, ...metadata]);
    return {
        ok: true,
        look: { ...first, githubDate, secrets: (0,rotation_run/* valuesOf */.sm)(metadata), clocksApart, clocksFarApart },
    };
}
/** GitHub's time in the earliest of its replies: the later ones only say that more has passed. */
function earliestDate(replies) {
    const dates = replies.flatMap((reply) => (reply.ok ? (reply.date ?? []) : []));
    return dates.length === 0 ? undefined : Math.min(...dates);
}
/** The date of the list's last page, and how long before the list was there it was asked for. */
function listDate({ date, reading }) {
    return reading === undefined ? { date, lead: 0 } : { date: reading.lastDate, lead: reading.lastAsked };
}
function fewest(...limits) {
    const known = limits.filter((limit) => limit !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
}
async function readSecret(run, target) {
    const reply = await run.askGithub(() => target.metadata());
    if (!reply.ok)
        return reply;
    return { ...reply, value: { updatedAt: reply.value?.updatedAt, shared: target.shared } };
}
async function askPlaces(run) {
    const reply = await run.call(() => run.ports.keys.account());
    if (reply.ok)
        return { plan: reply.value.plan, places: (0,rotation_room/* placesOf */.ek)(reply.value.plan) };
    if ((0,rotation_run/* isAccountRefused */.KS)(reply.failure))
        return { plan: undefined, places: undefined, refused: reply.failure };
    // Only a courtesy: without it the quota is found out by a 409 (protocol, step 4).
    run.warn('account-unreadable', `the account could not be read: ${reply.failure.message}`);
    return { plan: undefined, places: undefined };
}
/**
 * Rule W needs both servers' times to be comparable. Both the plain difference of their `Date` headers and
 * the difference less the time that passed here between the two replies must be small: either alone could
 * hide a real difference behind a slow reply.
 */
function areClocksApart(mutx, metadata, elapsed) {
    if (mutx === undefined)
        return true;
    return metadata.some((reply) => {
        if (!reply.ok || reply.date === undefined)
            return true;
        const apart = reply.date - mutx;
        return Math.abs(apart) > limits/* MARGIN */.jS / 2 || Math.abs(apart - elapsed) > limits/* MARGIN */.jS / 2;
    });
}
/**
 * Whether the clocks are apart by more than the margin, whenever in the time that passed here the replies were given: then
 * the dates of secrets say nothing of which key they hold. A look that merely took long is no reason for that.
 */
function areSurelyApart(mutx, metadata, elapsed) {
    if (mutx === undefined)
        return true;
    return metadata.some((reply) => {
        if (!reply.ok || reply.date === undefined)
            return true;
        const apart = reply.date - mutx;
        return apart < -limits/* MARGIN */.jS || apart > elapsed + limits/* MARGIN */.jS;
    });
}
function fail(reason, failures) {
    return {
        ok: false,
        failure: {
            reason,
            code: `${reason}-failed`,
            message: reason === 'preflight'
                ? 'not every target can be written, so no key was made'
                : 'the keys or the secrets could not be read, so nothing was changed',
            failures,
        },
    };
}
/**
 * Reads every target's secret a second time, from the list of the place it is in, before something is done that
 * cannot be undone: one reply may be a replica's, a gateway's or a passing error. Where the two readings differ for
 * any target, or the second cannot be had, the look is contradicted, and rule W rests for this run.
 */
async function readAgain(run, look, secrets) {
    const doubts = await run.step('second-reading', () => (0,rotation_run/* eachOf */.pQ)(run.ports.targets, limits/* READS */.yT, (target, index) => doubtOf(run, target, secrets[index]?.updatedAt)), (found) => found.every((doubt) => doubt === undefined));
    const known = doubts.filter((doubt) => doubt !== undefined);
    const [first] = known;
    if (first === undefined)
        return look;
    run.warn('readings-differ', `${first.what}: this run revokes no key for being in no secret, and names none as superseded`);
    return { ...look, contradicted: true, readingsDiffer: known.some(({ differs }) => differs) };
}
async function doubtOf(run, target, updatedAt) {
    const reply = await run.askGithub(() => target.listed());
    if (!reply.ok) {
        const { code, message } = reply.failure;
        const what = `the secrets of ${target.label} could not be listed (${code}: ${message})`;
        return { what, differs: false };
    }
    if (reply.value?.updatedAt === updatedAt)
        return undefined;
    const what = `GitHub gives two different answers about ${target.secretName} of ${target.label}`;
    return { what, differs: true };
}

;// CONCATENATED MODULE: ./lib/rotation/store.js



/**
 * Protocol step 7: the new key into every target, each its own result. Every write starts before D.
 * @param since just before the create that yielded the key was sent
 * @param githubBefore GitHub's time then, at the least
 */
async function storeEverywhere(run, minted, since, githubBefore) {
    const { targets } = run.ports;
    const failures = [];
    let certainlyNowhere = true;
    let late = false;
    let undated = githubBefore === undefined;
    let lastWrite;
    let done = 0;
    const write = async (target) => {
        let perhapsWritten = false;
        const reply = await (0,retry/* tryCall */.O9)(async () => {
            const attempt = await target.write(minted.key, since.beforeDeadline);
            if (attempt.ok || !isDefinite(attempt.failure))
                certainlyNowhere = false;
            if (!attempt.ok && !isDefinite(attempt.failure))
                perhapsWritten = true;
            return attempt;
        }, (0,retry/* idempotent */.yB)(() => limits/* WRITE_DEADLINE */.l - since.elapsed()), run.retrying);
        const named = { target: target.label, secret: target.secretName };
        if (!reply.ok) {
            failures.push(reply.failure);
            return { ...named, status: 'failed', failure: reply.failure, perhapsWritten };
        }
        if (reply.date === undefined)
            undated = true;
        else {
            lastWrite = Math.max(lastWrite ?? reply.date, reply.date);
            if (githubBefore !== undefined && reply.date - githubBefore > limits/* WRITE_DEADLINE */.l + limits/* MARGIN */.jS)
                late = true;
        }
        run.sawGithub(reply);
        if (target.contradiction !== undefined)
            run.warn('secret-contradiction', target.contradiction);
        return { ...named, status: reply.value };
    };
    const results = await (0,rotation_run/* eachOf */.pQ)(targets, run.settings.concurrency, async (target) => {
        const result = await write(target);
        done += 1;
        run.ports.report({ type: 'target-written', result, done, of: targets.length });
        return result;
    });
    return { results, failures, certainlyNowhere, late, undated, lastWrite };
}
/** Only the service's own refusal, or bytes that never left, prove that a write did not happen. */
function isDefinite(failure) {
    return failure.kind === 'refused' || failure.kind === 'not-sent';
}

// EXTERNAL MODULE: ./lib/core/time.js
var time = __nccwpck_require__(4258);
;// CONCATENATED MODULE: ./lib/rotation/times.js



/**
 * Whether MUTX's times contradict each other, so that nothing derived from them can be relied on (protocol, step 5):
 * `created_at` comes from its database, `Date` from whatever is in front of it. A server that writes local time without
 * a zone is hours off; several servers behind a balancer each have a clock. So the new key's time is held against the
 * `Date` of its own reply, and against that of the look plus what has passed here since; where MUTX sends no `Date`,
 * against GitHub's time.
 * @param createdAt of the new key
 * @param date of the reply that brought it
 * @returns undefined where nothing contradicts anything
 */
function contradictionOf(run, createdAt, date, { since, took }) {
    const seen = [
        date === undefined
            ? expected(run.githubTime(), limits/* MARGIN */.jS + took, 'the time of GitHub')
            : expected(date, limits/* CREATION_SLACK */.$U + took, 'the Date of its own reply'),
        ...sinceTheList(run.list, since, took),
    ];
    const wrong = seen.find(({ from, to }) => createdAt < from || createdAt > to);
    if (wrong === undefined)
        return undefined;
    return {
        what: `the new key was made at ${(0,time/* instantText */.X)(createdAt)} by its created_at, and at about ${(0,time/* instantText */.X)(wrong.time)} by ${wrong.of}, which is further apart than the time that the create took explains`,
        maybeOurs: wrong !== seen[0],
    };
}
function expected(time, within, of) {
    if (time === undefined)
        return { time: 0, of, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    return { time, of, from: time - within, to: time + within };
}
/** The create was sent so much after the list; where our two clocks differ, it is not known by which. */
function sinceTheList(list, since, took) {
    if (list?.date === undefined)
        return [];
    const time = list.date + list.lead + list.since.elapsed() - since.elapsed();
    const least = list.date + list.lead + list.since.leastElapsed() - since.leastElapsed();
    const slack = limits/* CREATION_SLACK */.$U + took + list.took;
    const of = 'the Date of the list and what has passed here since';
    return [{ time, of, from: Math.min(time, least) - slack, to: Math.max(time, least) + slack }];
}
/**
 * Protocol step 5. Tried again in place only when it is certain that no key was made; a lost reply is the
 * caller's business, who looks again before making another.
 */
async function mint(run) {
    const { ports, settings } = run;
    let since = new retry/* Stopwatch */.eM(ports.clock);
    let githubBefore = run.githubTime();
    let took = 0;
    const reply = await run.call(async () => {
        since = new retry/* Stopwatch */.eM(ports.clock);
        githubBefore = run.githubTime();
        const created = await ports.keys.create(settings.keyName, settings.expiresInDays);
        took = since.elapsed();
        return created;
    }, (0,retry/* onlyIfNotDone */.$n)(run.patience()));
    if (reply.ok) {
        const { id, name, expiresAt } = reply.value;
        ports.report({ type: 'minted', id, name, expiresAt });
    }
    return { reply, since, githubBefore, took };
}

;// CONCATENATED MODULE: ./lib/rotation/replace-key.js







/**
 * Protocol steps 5 to 8: create, verify, store everywhere, revoke.
 * @param warned of what the revocation may break, before it begins
 */
async function replaceKey(run, tries, planned, plan, warned) {
    const checked = await lookBeforeCreate(run, tries, planned, plan);
    if ('stop' in checked)
        return checked.stop;
    tries.creates += 1;
    tries.before ??= new Set(checked.look.keys.map(({ id }) => id));
    const attempt = await run.step('create', () => mint(run), (result) => result.reply.ok);
    const { reply, since, githubBefore } = attempt;
    if (!reply.ok)
        return notMinted(run, tries, checked.look, reply.failure);
    const minted = reply.value;
    const contradiction = contradictionOf(run, minted.createdAt, reply.date, attempt);
    if (contradiction !== undefined && !mustStore(run, checked.look)) {
        return contradicted(run, tries, minted, contradiction);
    }
    const unverified = await verify(run, minted, since);
    if (unverified !== undefined)
        return abandon(run, minted, unverified);
    const stored = await run.step('store', () => storeEverywhere(run, minted, since, githubBefore), (result) => result.failures.length === 0);
    if (contradiction !== undefined && stored.failures.length === 0) {
        const state = stored.late ? 'unknown' : 'alive';
        return (0,rotation_run/* failed */.gz)(run, timesContradict(contradiction), { ...summaryOf(minted), state }, stored.results);
    }
    const storeTook = since.elapsed();
    const inTime = since.beforeDeadline();
    const late = await checkLate(run, minted, stored, storeTook);
    await warned;
    if (late === 'late')
        return writtenLate(run, tries, minted, stored.results);
    if (stored.failures.length > 0)
        return notStored(run, minted, stored, inTime);
    if (late === 'in-time') {
        const graceEnds = (0,rules/* graceEnd */.qS)(writtenBy(minted, stored, storeTook), run.settings);
        await revokeOlder(run, checked.look, plan, minted, graceEnds);
    }
    else
        run.leave(replace_key_olderKeys(run, checked.look, minted).map((key) => key.id));
    spareYoung(run, checked.look, minted);
    return {
        kind: 'rotated',
        key: summaryOf(minted),
        targets: stored.results,
        keys: run.keysNow(),
    };
}
/**
 * The last check of the room: with the revocations that really happened, and, where the create takes the
 * plan's last place, with a list read right before it (protocol, step 4).
 */
async function lookBeforeCreate(run, tries, look, plan) {
    const gone = new Set(run.keysNow().revoked);
    const room = (0,rotation_room/* roomFor */.N_)(look, run.settings, gone, plan.current);
    if (room.kind !== 'fits') {
        const certain = run.keysNow().unclear.length > 0 ? ' for certain' : '';
        return { stop: (0,rotation_run/* failed */.gz)(run, (0,rotation_run/* quotaFailure */.TU)(room, `a key in the way could not be revoked${certain}`)) };
    }
    if (!room.lastPlace)
        return { look };
    const list = await run.step('list', () => run.call(() => run.ports.keys.list()), (reply) => reply.ok);
    if (!list.ok) {
        return {
            stop: (0,rotation_run/* failed */.gz)(run, {
                reason: 'look',
                code: 'look-failed',
                message: `the keys could not be listed again right before the create, so no ${tries.creates > 0 ? 'other ' : ''}key was made`,
                failures: [list.failure],
            }),
        };
    }
    // The earlier of both: what a later date alone says is not believed.
    const date = look.date === undefined || list.date === undefined ? undefined : Math.min(look.date, list.date);
    const again = { ...look, date, keys: list.value };
    const roomNow = (0,rotation_room/* roomFor */.N_)(again, run.settings, gone, plan.current);
    if (roomNow.kind === 'fits')
        return { look: again };
    // Another run has made a key since the look: plan anew. If that keeps happening, say so instead.
    tries.surprises += 1;
    return { stop: tries.surprises < limits/* CREATES */.Kp ? 'again' : (0,rotation_run/* failed */.gz)(run, (0,rotation_run/* quotaFailure */.TU)(roomNow)) };
}
async function notMinted(run, tries, look, failure) {
    const conflict = failure.kind === 'refused' && failure.status === 409;
    const quota = conflict && isQuota(run, look, failure);
    const unclear = failure.kind === 'unclear';
    if (quota) {
        tries.quotaHits += 1;
        // Where the plan is known to have room, its place may be free again: no key is given up for one such answer.
        tries.learned.full = look.places === undefined || tries.quotaHits > 1;
        if (tries.quotaHits < limits/* CREATES */.Kp)
            return 'again';
    }
    // What has gone already for another reason may do so again; a second time it is for a person to look.
    if (conflict && !quota && !tries.learned.conflicted) {
        tries.learned.conflicted = true;
        return 'again';
    }
    if ((0,retry/* isInternalError */.wA)(failure)) {
        tries.inVain.push(failure);
        if (tries.creates < limits/* CREATES */.Kp)
            return afterWait(run, failure, tries.creates);
        if (await isUnsupported(run, tries))
            return (0,rotation_run/* failed */.gz)(run, unsupported(tries.inVain));
    }
    if (unclear && failure.retryable && tries.creates < limits/* CREATES */.Kp) {
        tries.lost.push(failure);
        run.warn('create-lost', 'the reply to the create was lost; a key may exist whose text nobody knows. It is left alone, and a later run revokes it');
        return 'again';
    }
    return (0,rotation_run/* failed */.gz)(run, {
        reason: quota ? 'quota' : 'create',
        code: quota ? 'quota-full' : unclear ? 'create-lost' : 'create-failed',
        message: madeNone(unclear, tries),
        failures: [failure],
    });
}
function madeNone(unclear, { lost }) {
    if (unclear) {
        return 'it is not known whether MUTX made a key; if it did, nobody knows its text and a later run revokes it';
    }
    return lost.length === 0
        ? 'MUTX made no key'
        : 'MUTX made no key at the last try; what came of an earlier one is not known';
}
/** Looks again after a pause, as before any other call that is tried again. */
async function afterWait(run, failure, attempt) {
    const { clock, random, report } = run.ports;
    const wait = (0,retry/* nextWait */.B4)((0,retry/* idempotent */.yB)(run.patience()), failure, attempt, random()) ?? 0;
    report({ type: 'retrying', failure, attempt, wait });
    await clock.sleep(wait);
    return 'again';
}
/**
 * Whether MUTX failed at every create of this run and made no key, which a list shows that is read after the last. A
 * server that cannot make such keys at all does so, and no later run finds anything else.
 */
async function isUnsupported(run, { before, inVain }) {
    if (inVain.length < limits/* CREATES */.Kp)
        return false;
    const list = await run.step('list', () => run.call(() => run.ports.keys.list()), (reply) => reply.ok);
    const { keyName } = run.settings;
    return list.ok && list.value.every(({ id, name }) => name !== keyName || before?.has(id) === true);
}
function unsupported(failures) {
    return {
        reason: 'create',
        code: 'create-unsupported',
        message: `MUTX failed ${failures.length} times at making the key, and made none`,
        failures: failures.map((failure) => ({ ...failure, code: 'create-unsupported' })),
    };
}
/**
 * Any other 409 is not about the plan, and no stored key is given up for it: it is the quota only if MUTX's own error
 * says so, or what is known of the plan.
 */
function isQuota(run, { keys, places }, { code }) {
    const active = keys.filter(({ id }) => !run.isRevoked(id));
    return code === 'mutx-quota' || (places !== undefined && (0,rotation_room/* placesTaken */.O0)(active) + 1 > places);
}
/**
 * Nothing derived from times that contradict each other can be relied on, so the new key goes. Where it is only the
 * time since the look, this machine may have stood still in between: that is found out by looking once more.
 */
async function contradicted(run, tries, minted, contradiction) {
    tries.contradictions += 1;
    const outcome = await abandon(run, minted, timesContradict(contradiction));
    if (!contradiction.maybeOurs || tries.contradictions > 1 || !run.isRevoked(minted.id))
        return outcome;
    run.warn('times-contradict', `${contradiction.what}; looking once more`);
    return 'again';
}
function timesContradict({ what }) {
    return {
        reason: 'create',
        code: 'times-contradict',
        message: `the times of MUTX contradict each other: ${what}`,
        failures: [],
    };
}
/**
 * A secret may hold a key that this run has revoked, or that was written too late: then the new one is stored whatever
 * else is wrong, because the stored secret has to work.
 */
function mustStore(run, { repairs }) {
    return repairs || run.madeRoom;
}
/** Protocol step 6. undefined: the key works, or nobody wants to know. */
async function verify(run, minted, since) {
    if (!run.settings.verify)
        return undefined;
    const reply = await run.step('verify', () => run.call(() => run.ports.keys.verify(minted.key, since.beforeDeadline)), (result) => result.ok);
    if (reply.ok)
        return undefined;
    const refused = reply.failure.kind === 'refused';
    return {
        reason: 'verify',
        code: refused ? 'verify-refused' : 'verify-unclear',
        message: refused
            ? 'MUTX refuses the key it has just made, so it was not stored'
            : 'MUTX gave no clear answer to the new key, so it was not stored',
        failures: [reply.failure],
    };
}
/**
 * Whether the process was frozen between create and store for so long that an overtaking run may have
 * revoked what was just stored (step 7). Without GitHub's own times, or when the writes took long, the
 * question is put to MUTX: is the new key still active? No answer: nothing is revoked either.
 */
async function checkLate(run, minted, stored, elapsed) {
    if (stored.late)
        return 'late';
    const written = stored.results.some((result) => result.status !== 'failed');
    if (!written || (elapsed <= limits/* MARGIN */.jS && !stored.undated))
        return 'in-time';
    const list = await run.step('check-late', () => run.call(() => run.ports.keys.list()), (reply) => reply.ok && isActive(minted.id, reply.value));
    if (!list.ok) {
        run.warn('revocation-failed', `no key was revoked: ${list.failure.message}`);
        return 'unknown';
    }
    return isActive(minted.id, list.value) ? 'in-time' : 'late';
}
function isActive(id, keys) {
    return keys.some((key) => key.id === id && key.isActive);
}
function writtenLate(run, tries, minted, results) {
    tries.lateWrites += 1;
    run.late = { minted: summaryOf(minted), results };
    if (tries.lateWrites < 2) {
        run.warn('written-late', `key ${minted.id} was stored too late to be relied on; rotating once more`);
        return 'again';
    }
    return (0,rotation_run/* failed */.gz)(run, {
        reason: 'late',
        code: 'written-late',
        message: 'the new key was stored too late twice; nothing was revoked, but the stored key may be',
        failures: [],
    });
}
async function notStored(run, minted, stored, inTime) {
    const failure = {
        reason: 'store',
        code: inTime && !stored.failures.some(isDeadline) ? 'store-failed' : 'store-deadline',
        message: `the new key could not be stored in ${stored.failures.length} of ${stored.results.length} targets`,
        failures: stored.failures,
    };
    if (stored.certainlyNowhere)
        return abandon(run, minted, failure, stored.results);
    return (0,rotation_run/* failed */.gz)(run, failure, { ...summaryOf(minted), state: 'alive' }, stored.results);
}
/** Said by whoever asked `mayStart` and was told no (ports.ts). */
function isDeadline({ code }) {
    return code.endsWith('deadline');
}
/** The new key is certainly in no secret, and no write of it is in flight: revoke it and fail. */
async function abandon(run, minted, failure, results) {
    const [gone = false] = await run.revoke([{ id: minted.id, reason: 'own' }]);
    const state = run.isPerhapsRevoked(minted.id) ? 'perhaps-revoked' : 'alive';
    // What the targets hold then is what the round before stored, and that is what has to be told.
    if (run.late !== undefined)
        return (0,rotation_run/* failed */.gz)(run, failure);
    return (0,rotation_run/* failed */.gz)(run, failure, { ...summaryOf(minted), state: gone ? 'revoked' : state }, results);
}
/** Keys of the name that rule R allows to revoke once `k` is in every target, and that still live. */
function replace_key_olderKeys(run, look, k) {
    return look.keys.filter((key) => key.name === run.settings.keyName && (0,rules/* isOlderThanFence */.vu)(key, k) && !run.isRevoked(key.id));
}
/** Keys of the name that rule R does not allow to revoke yet, so that the run can say which they are. */
function spareYoung(run, look, minted) {
    const ofName = look.keys.filter((key) => key.name === run.settings.keyName);
    // The new key will be one more.
    run.spare((0,rules/* sparedKeys */.y)((0,rules/* sparedBy */.jB)(ofName, minted), run.settings, run.keysNow().left.length + 1));
}
/**
 * When the last target had been written. A `Date` of GitHub's may be wrong once, and one from before the create says
 * nothing of the writes: so it is the new key's `created_at`, which was held against other times, and what has passed here
 * since. A `Date` of a PUT is believed only as far as this process can have been frozen unnoticed in between.
 */
function writtenBy({ createdAt }, { lastWrite = createdAt }, took) {
    const here = createdAt + took;
    return lastWrite - here > limits/* WRITE_DEADLINE */.l + 2 * limits/* MARGIN */.jS ? here : Math.max(lastWrite, here);
}
/**
 * Protocol step 8: rule R. With a grace period, what is older is superseded, and only what the look allowed beside the
 * create (its grace period is over, or it never had one) and what has expired meanwhile goes now.
 */
async function revokeOlder(run, look, plan, minted, graceEnds) {
    const older = replace_key_olderKeys(run, look, minted);
    const allowed = withinLimit(run, look, plan, older);
    const going = run.settings.gracePeriod > 0 ? ofGraceOver(look, plan, allowed) : allowed;
    if (run.settings.gracePeriod > 0) {
        run.supersede(allowed.filter((key) => !going.includes(key)).map((key) => key.id), graceEnds);
    }
    if (going.length === 0)
        return;
    await run.step('revoke', () => run.revoke(going.map(({ id }) => ({ id, reason: 'superseded' }))), (results) => results.every(Boolean));
}
function ofGraceOver(look, { afterStore }, older) {
    const allowed = new Set(afterStore.map(({ key }) => key.id));
    return older.filter((key) => allowed.has(key.id) || (0,rules/* isExpiredForSure */.sZ)(key, look.date));
}
/** More than `max-revocations` are held back; expired and never-stored ones do not count. */
function withinLimit(run, { date }, { afterStore }, older) {
    const neverStored = new Set(afterStore.filter(({ why }) => why === 'never-stored').map(({ key }) => key.id));
    const counted = older.filter((key) => !neverStored.has(key.id) && (date === undefined || !(0,rules/* isExpired */._d)(key, date)));
    if (counted.length <= run.settings.maxRevocations)
        return older;
    run.holdBack(counted.map((key) => key.id));
    return older.filter((key) => !counted.includes(key));
}
function summaryOf({ id, name, expiresAt }) {
    return { id, name, expiresAt };
}

;// CONCATENATED MODULE: ./lib/rotation/engine.js









/**
 * One rotation: look → plan → make room → create → verify → store everywhere → revoke (docs/protocol.md).
 * Never throws for what a server or the network did: the outcome says what was done, what was not, and in
 * which state keys and secrets are. An exception is a bug of a port or of this engine.
 */
async function rotate(settings, ports) {
    const run = new rotation_run/* Run */.KF(settings, ports);
    const tooMany = moreThanFit(ports);
    if (tooMany !== undefined)
        return (0,rotation_run/* failed */.gz)(run, tooMany);
    const tries = {
        creates: 0,
        lost: [],
        inVain: [],
        before: undefined,
        lostAt: [],
        lateWrites: 0,
        quotaHits: 0,
        contradictions: 0,
        surprises: 0,
        waited: 0,
        learned: { places: undefined, full: false, conflicted: false },
    };
    for (;;) {
        const round = await oneRound(run, tries);
        if (round !== 'again')
            return round;
    }
}
/** Said before anything is called: a fan-out that cannot end before D would leave old and new keys mixed. */
function moreThanFit({ targets, writesWithin }) {
    const puts = targets.reduce((sum, target) => sum + (target.puts ?? 1), 0);
    const fit = writesWithin?.(limits/* WRITE_DEADLINE */.l) ?? puts;
    if (puts <= fit)
        return undefined;
    return {
        reason: 'preflight',
        code: 'too-many-targets',
        message: `${targets.length} targets take ${puts} writes, which cannot all start within ${limits/* WRITE_DEADLINE */.l / 60_000} minutes at the pace that GitHub allows; ${fit} fit`,
        failures: [],
    };
}
async function oneRound(run, tries) {
    const looked = await readSettledSnapshot(run, tries.learned);
    if (!looked.ok)
        return (0,rotation_run/* failed */.gz)(run, notAgain(run, tries, looked.failure));
    // Known only now: an environment that has to be made takes a write of its own.
    const tooMany = moreThanFit(run.ports);
    if (tooMany !== undefined)
        return (0,rotation_run/* failed */.gz)(run, tooMany);
    const forced = tries.lateWrites > 0;
    const { look, plan: planned } = await planOn(run, {
        ...looked.look,
        lostCreates: lostCreates(tries, (0,snapshot/* timeOf */.n)(looked.look)),
        repairs: repairs(run, looked.look),
        gaveUp: run.gaveUp,
    }, forced);
    const labels = run.ports.targets.map(({ label }) => label);
    const plan = withUse(planned, look, labels, run.settings.keyName);
    run.ports.report({ type: 'planned', plan });
    warnAbout(run, plan);
    // It reads more of GitHub, beside what makes the new key; it is there before anything goes.
    const warned = warnOfOtherTargets(run, look, plan);
    if (run.settings.dryRun) {
        await warned;
        return { kind: 'planned', plan, targets: allTargets(run, 'skipped'), keys: run.keysNow() };
    }
    if (plan.makeRoom.length > 0 || !plan.due)
        await warned;
    if (!plan.due) {
        await makeRoom(run, look, plan);
        return notDue(run, plan);
    }
    if (plan.room.kind === 'full' || plan.room.kind === 'too-soon') {
        await warned;
        return noRoom(run, tries, look, plan.room);
    }
    await makeRoom(run, look, plan);
    const round = await replaceKey(run, tries, look, plan, warned);
    await warned;
    return round;
}
/**
 * A secret that was written while the run looked may hold a key that its list does not have yet: then “not due” would
 * name another. A list that is read after such a write has its key, so looking once more settles it.
 */
async function readSettledSnapshot(run, learned) {
    const looked = await readSnapshot(run, learned);
    if (!looked.ok || !isJustWritten(looked.look))
        return looked;
    if (makePlan(looked.look, run.settings, false).due)
        return looked;
    return readSnapshot(run, learned);
}
/** By times of two clocks, which may differ by half a margin. */
function isJustWritten({ date, secrets = [] }) {
    return date !== undefined && (0,rules/* lastWriteOf */.Px)(secrets) > date - limits/* MARGIN */.jS / 2;
}
/**
 * The plan of a look. What cannot be undone takes a second reading of the targets, and only that: where the two
 * contradict each other, what is planned without them.
 */
async function planOn(run, look, forced) {
    const plan = makePlan(look, run.settings, forced);
    const isOpen = restsOnSecrets(plan, run.settings) || isNewerBeside(look, plan, run.settings);
    if (look.secrets === undefined || !isOpen)
        return { look, plan };
    const again = await readAgain(run, look, look.secrets);
    return { look: again, plan: makePlan(again, run.settings, forced) };
}
/** Not due, beside a newer key of the name: that one is what the secret holds, if its date is an old one. */
function isNewerBeside(look, plan, settings) {
    if (plan.due)
        return false;
    const { createdAt } = plan.current;
    return (0,snapshot/* keysOfName */.P)(look, settings).some((key) => key.isActive && key.createdAt > createdAt);
}
/** What a look that failed has to say when an earlier round has changed something. */
function notAgain(run, { lost, creates }, failure) {
    if (creates === 0 && run.late === undefined && !run.madeRoom)
        return failure;
    const what = failure.reason === 'preflight'
        ? 'not every target can be written any more'
        : 'the keys or the secrets could not be read again';
    const orphan = lost.length === 0
        ? ''
        : '; a create was lost before that: a key may exist whose text nobody knows, and a later run revokes it';
    return { ...failure, message: what + orphan };
}
/** The times by which the lost creates were sent; a look without a time counts them and learns nothing. */
function lostCreates({ lost, lostAt }, now) {
    const unseen = new Array(lost.length - lostAt.length).fill(now ?? 0);
    if (now !== undefined)
        lostAt.push(...unseen);
    return now === undefined ? [...lostAt, ...unseen] : lostAt;
}
/**
 * Whether a secret holds a dead key through this run, because it was stored too late or given up for its place
 * (`on-quota: replace`): then a swap cannot wait.
 */
function repairs({ late, gaveUp }, { keys }) {
    if (gaveUp)
        return true;
    return late !== undefined && !keys.some((key) => key.id === late.minted.id && key.isActive);
}
function warnAbout(run, plan) {
    if (plan.held.length > 0 && !run.settings.dryRun)
        run.holdBack(plan.held.map((key) => key.id));
    for (const key of plan.usedElsewhere) {
        run.warn('name-used-elsewhere', `key ${key.id} is in no target and is in use: something else uses the name ${run.settings.keyName}; it does not go to make room, but as any older key of the name does`);
    }
}
/** Nothing has been changed yet: stop and say when it would work, or wait for that moment. */
async function noRoom(run, tries, look, room) {
    // What the lost creates came to is a part of why there is no room.
    const stop = (because) => {
        const failure = (0,rotation_run/* quotaFailure */.TU)(room, because);
        return (0,rotation_run/* failed */.gz)(run, { ...failure, failures: [...tries.lost, ...tries.inVain] });
    };
    if (run.settings.onQuota === 'replace' && room.kind === 'full') {
        return stop(room.over > 0 ? 'giving one up would not be enough' : nothingToReplace(look, run.settings));
    }
    if (run.settings.onQuota !== 'wait')
        return stop();
    const now = (0,snapshot/* timeOf */.n)(look);
    if (room.at === undefined || now === undefined) {
        return stop(room.kind === 'full'
            ? 'waiting would not help: no rule frees a place by itself'
            : 'it is not known how long to wait');
    }
    // A `Date` header is in whole seconds, so the moment has surely passed one second later.
    const wait = Math.max(0, room.at - now) + 1_000;
    const longest = limits/* LONGEST_QUOTA_WAIT */.oK + limits/* MARGIN */.jS + (tries.lost.length > 0 ? limits/* LINGER */.qh : 0);
    if (tries.waited + wait > longest)
        return stop('the wait would be longer than on-quota: wait ever waits');
    if (wait >= run.sessionLeft())
        return stop('the bootstrap credential would expire during the wait');
    tries.waited += wait;
    run.ports.report({ type: 'waiting', for: 'a place in the plan', wait, until: room.at });
    await run.ports.clock.sleep(wait);
    return 'again';
}
function nothingToReplace(look, settings) {
    if (look.gaveUp === true)
        return 'one key was given up already, and its place was taken';
    if (look.clocksApart || look.contradicted) {
        return 'no key can be given up: it cannot be told which one a secret holds';
    }
    return (0,snapshot/* keysOfName */.P)(look, settings).some(({ isActive }) => isActive)
        ? 'no key of this name can be given up: by the times of both MUTX and GitHub, none is older than 15 minutes'
        : 'no key of this name is active, so none can be given up';
}
/**
 * Revokes what rules E and W allow, and then the key that `on-quota: replace` gives up. Where one cannot be revoked,
 * the next that they allow goes in its place, as long as the create needs one.
 */
async function makeRoom(run, look, plan) {
    const victim = plan.due && plan.room.kind === 'replace' ? plan.room.victim : undefined;
    if (plan.makeRoom.length === 0 && victim === undefined)
        return;
    const isShort = () => (0,rotation_room/* roomFor */.N_)(look, run.settings, new Set(run.keysNow().revoked), plan.current).kind !== 'fits';
    await run.step('make-room', async () => {
        const planned = plan.makeRoom.map(({ key, rule }) => ({ id: key.id, reason: rule }));
        const revoked = [...(await run.revoke(planned))];
        for (const { key, rule } of plan.afterStore) {
            if (revoked.every(Boolean) || !isShort())
                break;
            revoked.push(...(await run.revoke([{ id: key.id, reason: rule }])));
        }
        if (victim !== undefined) {
            const [gaveUp = false] = await run.revoke([{ id: victim.id, reason: 'replace' }]);
            run.gaveUp = gaveUp;
            revoked.push(gaveUp);
        }
        run.madeRoom ||= revoked.some(Boolean) || run.keysNow().unclear.length > 0;
        return revoked;
    }, (revoked) => revoked.every(Boolean));
}
function notDue(run, plan) {
    run.spare(plan.spared);
    const held = new Set(plan.held.map(({ id }) => id));
    const alive = plan.superseded.filter(({ id }) => !run.isRevoked(id) && !held.has(id));
    run.supersede(alive.map(({ id }) => id), 
    // By GitHub's clock; whoever revokes them goes by the clock of MUTX. Where they are named, the two are half a margin
    // apart at most, and the end has a whole one.
    plan.inGrace?.until);
    return {
        kind: 'not-due',
        plan,
        key: (0,rotation_room/* summarize */.eh)(plan.current),
        targets: allTargets(run, 'unchanged'),
        keys: run.keysNow(),
    };
}
function allTargets(run, status) {
    return run.ports.targets.map((target) => ({ target: target.label, secret: target.secretName, status }));
}


/***/ }),

/***/ 907:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   N_: () => (/* binding */ roomFor),
/* harmony export */   O0: () => (/* binding */ placesTaken),
/* harmony export */   eh: () => (/* binding */ summarize),
/* harmony export */   ek: () => (/* binding */ placesOf)
/* harmony export */ });
/* unused harmony export settledAt */
/* harmony import */ var _core_limits_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7535);
/* harmony import */ var _rules_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9541);
/* harmony import */ var _snapshot_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5752);



/** Places of each plan (mutx-api: "Quota"); Infinity: no limit. */
const PLACES = new Map([
    ['FREE', 2],
    ['STARTER', 10],
    ['PRO', 50],
    ['ENTERPRISE', Number.POSITIVE_INFINITY],
]);
/** How many active keys a plan allows; undefined for a plan this version does not know. */
function placesOf(plan) {
    return plan === undefined ? undefined : PLACES.get(plan.toUpperCase());
}
/** Every active key takes a place, of any name, expired ones included. */
function placesTaken(keys) {
    return keys.filter((key) => key.isActive).length;
}
/**
 * From when on a key made, or a secret written, at that time is old enough that another key may take the plan's last
 * place: two younger than this would fill a two-key plan with keys that no rule can tell apart (protocol, step 4).
 */
function settledAt(time) {
    return time + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK + 2 * _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
}
function summarize(key) {
    return { id: key.id, name: key.name, expiresAt: key.expiresAt };
}
/** Whether one more key fits once `gone` are revoked (protocol, step 4 and "Where even that leaves no room"). */
function roomFor(look, settings, gone, current) {
    const { places } = look;
    if (places === undefined)
        return { kind: 'fits', lastPlace: false };
    const active = look.keys.filter((key) => key.isActive && !gone.has(key.id));
    const mine = active.filter((key) => key.name === settings.keyName);
    if (active.length + 1 > places) {
        const isAccepted = settings.onQuota === 'replace' && look.gaveUp !== true;
        const victim = isAccepted ? keyToReplace(look, settings, mine, current) : undefined;
        if (victim !== undefined && active.length === places) {
            const after = roomFor(look, settings, new Set([...gone, victim.id]), current);
            return after.kind === 'fits' ? { kind: 'replace', victim: summarize(victim) } : after;
        }
        const over = active.length - places;
        return { kind: 'full', at: nextPlaceAt(look, settings, active), inTheWay: active.map(summarize), over };
    }
    // A create whose reply was lost may still be on its way: until it must have arrived it takes a place too.
    const now = (0,_snapshot_js__WEBPACK_IMPORTED_MODULE_2__/* .timeOf */ .n)(look);
    const onTheirWay = look.lostCreates
        .map((sent) => sent + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .LINGER */ .qh)
        .filter((by) => now === undefined || now < by);
    const lastPlace = active.length + onTheirWay.length + 1 >= places;
    if (!lastPlace || look.repairs)
        return { kind: 'fits', lastPlace };
    const young = mine.filter(({ createdAt }) => now === undefined || now < settledAt(createdAt));
    const written = writesSettledAt(look);
    const soonest = [...young.map(({ createdAt }) => settledAt(createdAt)), ...written, ...onTheirWay];
    if (soonest.length === 0)
        return { kind: 'fits', lastPlace };
    const at = now === undefined ? undefined : ifFinite(Math.max(...soonest));
    return { kind: 'too-soon', at, inTheWay: young.map(summarize), because: whatIsYoung(young, written) };
}
function whatIsYoung(keys, writes) {
    if (keys.length > 0)
        return 'another key of the name is too young';
    if (writes.includes(Number.POSITIVE_INFINITY)) {
        return "the last write of a target is in the future by GitHub's own time, so it is not known when it was";
    }
    return writes.length > 0
        ? 'the last write of a target is too recent'
        : 'a create whose reply was lost may still be on its way';
}
/**
 * When the last write of a target is old enough, by the clock of {@link timeOf}; empty where it is. GitHub's clock is
 * asked about GitHub's times; only where it does not say, MUTX's. Never, where a write is said to be still to come: at
 * least one of the two times is wrong then.
 */
function writesSettledAt(look) {
    const now = look.githubDate ?? look.date;
    const lastWrite = (0,_rules_js__WEBPACK_IMPORTED_MODULE_1__/* .lastWriteOf */ .Px)(look.secrets ?? []);
    const settled = settledAt(lastWrite);
    if (now === undefined || now >= settled)
        return [];
    if (lastWrite > now + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS)
        return [Number.POSITIVE_INFINITY];
    return [settled - now + (look.date ?? now)];
}
/** When a rule frees a place, at the earliest; undefined when none will. */
function nextPlaceAt(look, settings, active) {
    const keys = (0,_snapshot_js__WEBPACK_IMPORTED_MODULE_2__/* .keysOfName */ .P)(look, settings);
    let earliest;
    for (const key of active) {
        if (key.name !== settings.keyName)
            continue;
        const how = look.secrets === undefined || look.clocksApart || look.contradicted
            ? undefined
            : (0,_rules_js__WEBPACK_IMPORTED_MODULE_1__/* .notInAnyTarget */ ._A)(key, look.secrets, keys, settings.gracePeriod);
        // A key that may be stored is no hope: the end of its life is the outage that nobody wants to wait for.
        if (how === undefined)
            continue;
        const expiry = (key.expiresAt ?? Number.POSITIVE_INFINITY) + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
        const soonest = (0,_rules_js__WEBPACK_IMPORTED_MODULE_1__/* .isUsedElsewhere */ .KS)(key, how) ? expiry : Math.min(how.revocableFrom, expiry);
        // What could have gone already and did not (`max-revocations`) will not go by itself either.
        if (!Number.isFinite(soonest) || (look.date !== undefined && soonest < look.date))
            continue;
        const others = active.filter((other) => other.name === settings.keyName && other.id !== key.id);
        const settled = others.map(({ createdAt }) => settledAt(createdAt));
        const at = Math.max(soonest, ...settled, ...writesSettledAt(look));
        earliest = Math.min(earliest ?? at, at);
    }
    return earliest === undefined ? undefined : ifFinite(earliest);
}
function ifFinite(instant) {
    return Number.isFinite(instant) ? instant : undefined;
}
/**
 * The key that `on-quota: replace` gives up: the one least likely to be stored. First those made after the last write
 * of every target, the youngest before the others; then one whose run can have written no target and whose grace
 * period is over; then the current one, and the oldest where that is not known. None that a run may still be writing, by
 * the time of both services, and none where it cannot be told which is which.
 */
function keyToReplace(look, settings, mine, current) {
    const { date, secrets = [] } = look;
    if (date === undefined || look.clocksApart || look.contradicted)
        return undefined;
    const now = Math.min(date, look.githubDate ?? date);
    const oldestFirst = mine
        .filter((key) => key.createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK < now)
        .toSorted((a, b) => a.createdAt - b.createdAt);
    const graceIsOver = now > (0,_rules_js__WEBPACK_IMPORTED_MODULE_1__/* .lastWriteOf */ .Px)(secrets) + settings.gracePeriod + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
    return (oldestFirst.findLast((key) => secrets.length > 0 && isAfterEveryWrite(key, secrets)) ??
        (graceIsOver ? oldestFirst.find((key) => isOutsideEveryWindow(key, secrets)) : undefined) ??
        oldestFirst.find((key) => key.id === current?.id) ??
        oldestFirst[0]);
}
function isAfterEveryWrite({ createdAt }, secrets) {
    return secrets.every(({ updatedAt }) => updatedAt === undefined || createdAt > updatedAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS);
}
function isOutsideEveryWindow(key, secrets) {
    return secrets.every(({ updatedAt }) => updatedAt === undefined || !(0,_rules_js__WEBPACK_IMPORTED_MODULE_1__/* .couldHaveWritten */ .Lq)(key, updatedAt));
}


/***/ }),

/***/ 9541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $c: () => (/* binding */ currentOf),
/* harmony export */   H9: () => (/* binding */ notGone),
/* harmony export */   JO: () => (/* binding */ holdingOf),
/* harmony export */   KS: () => (/* binding */ isUsedElsewhere),
/* harmony export */   Lq: () => (/* binding */ couldHaveWritten),
/* harmony export */   NL: () => (/* binding */ notListed),
/* harmony export */   No: () => (/* binding */ works),
/* harmony export */   Px: () => (/* binding */ lastWriteOf),
/* harmony export */   ST: () => (/* binding */ isGone),
/* harmony export */   _A: () => (/* binding */ notInAnyTarget),
/* harmony export */   _d: () => (/* binding */ isExpired),
/* harmony export */   _j: () => (/* binding */ candidatesFor),
/* harmony export */   g9: () => (/* binding */ sparedUntil),
/* harmony export */   h5: () => (/* binding */ notLookedFor),
/* harmony export */   jB: () => (/* binding */ sparedBy),
/* harmony export */   nm: () => (/* binding */ keysByName),
/* harmony export */   pe: () => (/* binding */ isSuperseded),
/* harmony export */   qF: () => (/* binding */ currentOfAll),
/* harmony export */   qS: () => (/* binding */ graceEnd),
/* harmony export */   sZ: () => (/* binding */ isExpiredForSure),
/* harmony export */   vu: () => (/* binding */ isOlderThanFence),
/* harmony export */   y: () => (/* binding */ sparedKeys),
/* harmony export */   z7: () => (/* binding */ whyNotGone)
/* harmony export */ });
/* harmony import */ var _core_limits_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7535);
/* harmony import */ var _core_time_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4258);


/** Rule R: after `k` is in every target, an active key created more than F before it may be revoked. */
function isOlderThanFence(j, k) {
    return j.isActive && j.createdAt < k.createdAt - _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK;
}
/** Whether a key's life is over, as far as one clock tells. */
function isExpired(j, date) {
    return j.expiresAt !== undefined && j.expiresAt < date;
}
/**
 * Rule E: dead already, but it still counts against the plan's quota. One server's time alone would revoke the stored
 * key when that clock is ahead.
 * @param times MUTX's and GitHub's at the look; undefined where one of them did not say
 */
function isExpiredForSure({ expiresAt }, ...times) {
    return expiresAt !== undefined && times.every((time) => time !== undefined && expiresAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS < time);
}
/** Whether MUTX accepts a key. */
function works(j, date) {
    return j.isActive && !isExpired(j, date);
}
/** Whether a secret last written at `updatedAt` can have been written by the run that made this key. */
function couldHaveWritten(key, updatedAt) {
    return updatedAt >= key.createdAt - _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS && updatedAt <= key.createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
}
/**
 * The key a target holds: the one key of the name, active or not, whose run can have written it; undefined
 * when there is none, or more than one.
 */
function currentOf(secret, keysOfName) {
    const candidates = candidatesFor(secret.updatedAt, keysOfName);
    return candidates.length === 1 ? candidates[0] : undefined;
}
/** Every key that may be what a secret of that date holds; undefined: there is no such secret. */
function candidatesFor(updatedAt, keysOfName) {
    return updatedAt === undefined ? [] : keysOfName.filter((key) => couldHaveWritten(key, updatedAt));
}
/** The same known, active, unexpired key in every target. */
function currentOfAll(secrets, keysOfName, date) {
    const [first, ...rest] = secrets.map((secret) => currentOf(secret, keysOfName));
    if (first === undefined || rest.some((key) => key?.id !== first.id))
        return undefined;
    return works(first, date) ? first : undefined;
}
/**
 * Rule W: whether `j` is in none of the targets, whatever any run still does. It is judged from one reading of the
 * targets; what cannot be undone takes two that agree (second-reading.ts).
 * @returns undefined while that cannot be known; otherwise the moment after which it may be revoked
 */
function notInAnyTarget(j, secrets, keysOfName, gracePeriod) {
    let superseded = false;
    let lastWrite = 0;
    let revocableFrom = j.createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK;
    for (const secret of secrets) {
        const { updatedAt } = secret;
        // With less than the fence between, clocks that were wrong at the write would make the stored key an orphan.
        if (updatedAt === undefined || j.createdAt > updatedAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS) {
            // A write at the very end of the fence, and a replica that lags, look as if there had been none.
            const lag = updatedAt === undefined ? _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK : 2 * _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
            revocableFrom = Math.max(revocableFrom, j.createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK + lag);
            lastWrite = Math.max(lastWrite, updatedAt ?? 0);
            continue;
        }
        lastWrite = Math.max(lastWrite, updatedAt);
        if (!isOverwritten(j, secret, keysOfName))
            return undefined;
        superseded = true;
    }
    if (!superseded)
        return { kind: 'never-stored', revocableFrom };
    if (gracePeriod === 0)
        return { kind: 'superseded', revocableFrom };
    return { kind: 'superseded', revocableFrom: Math.max(revocableFrom, lastWrite + gracePeriod + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS) };
}
/**
 * Whether a known later write is over `j`. The writer has to be active: without a living writer, a person may have
 * saved the very value of `j` again by hand. Editing an organisation secret's audience moves its date, so nothing is
 * known of those.
 */
function isOverwritten(j, { updatedAt, shared }, keysOfName) {
    return (!shared &&
        updatedAt !== undefined &&
        updatedAt > j.createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS &&
        keysOfName.some((key) => key.id !== j.id && key.isActive && couldHaveWritten(key, updatedAt)));
}
/**
 * Whether a look alone may name `j` as superseded: an order to revoke it, once its grace period is over. What is in
 * an organisation secret no look can tell.
 */
function isSuperseded(j, secrets, keysOfName) {
    return (j.isActive &&
        secrets.every(({ shared }) => !shared) &&
        notInAnyTarget(j, secrets, keysOfName, 0)?.kind === 'superseded');
}
/** A key that no run ever stored and that was used all the same: someone else uses this name. */
function isUsedElsewhere(j, how) {
    return how.kind === 'never-stored' && j.lastUsed !== undefined && j.lastUsed >= j.createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK;
}
/** When a grace period that began with this write is over for rule W (docs/protocol.md, "The rules"). */
function graceEnd(lastWrite, { gracePeriod }) {
    return lastWrite + gracePeriod + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS;
}
/** @param secrets if none exists, long ago */
function lastWriteOf(secrets) {
    return Math.max(...secrets.flatMap(({ updatedAt }) => updatedAt ?? []));
}
/** The active ones of these keys that rule R keeps from a rotation whose key was, or would be, made at that time. */
function sparedBy(keys, k) {
    return keys.filter((key) => key.isActive && !isOlderThanFence(key, k));
}
/** Until when a key is spared, by MUTX's time. */
function sparedUntil({ createdAt }) {
    return createdAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .FENCE */ .AK;
}
/**
 * What becomes of spared keys that a rotation leaves behind.
 * @param others keys of the name that will be as old then, the new one among them: together they may be too many to go
 */
function sparedKeys(keys, { gracePeriod, maxRevocations }, others) {
    const whole = keys.length + others > maxRevocations ? 'open' : 'revoked';
    const next = gracePeriod > 0 ? 'superseded' : whole;
    return keys.map((key) => ({ id: key.id, until: sparedUntil(key), next }));
}
/** The keys of each name, in the order of the list, for callers that ask for many names. */
function keysByName(keys) {
    const named = new Map();
    for (const key of keys) {
        const siblings = named.get(key.name);
        if (siblings === undefined)
            named.set(key.name, [key]);
        else
            siblings.push(key);
    }
    return named;
}
/**
 * Whether a 404 for a key's DELETE means that the key is gone: any server, a gateway before all, has a 404 for what it
 * does not know, so it takes a list of the account, read before the DELETE or after it, that does not show the key as
 * active. Otherwise what became of the key is not known (docs/protocol.md, step 8).
 * @param lists undefined: not read
 */
function isGone(id, ...lists) {
    return lists.some((list) => list !== undefined && !showsActive(list, id));
}
/**
 * Why a list that was read after a 404 for a key's DELETE does not show that the key is gone; undefined: it does. A key
 * that was not read is no key that is gone.
 * @param isNew the key was made a moment ago: that a list does not show it is no evidence then, for a replica may be older
 */
function whyNotGone(id, { value, reading }, isNew = false) {
    const listed = value.find((key) => key.id.toLowerCase() === id.toLowerCase());
    if (listed !== undefined)
        return listed.isActive ? notGone(id) : undefined;
    if (isNew)
        return notListed(id);
    return reading?.since === undefined ? undefined : notLookedFor(id, reading.since);
}
/** Ids are UUIDs, in which case means nothing. */
function showsActive(list, id) {
    return list.some((key) => key.isActive && key.id.toLowerCase() === id.toLowerCase());
}
/** Why it is not known what became of a key: a 404 for its DELETE, and lists that show it as active. */
function notGone(id) {
    return notConfirmed(id, 'lists it as active');
}
/** The same where the list does not show the key, and keys made before that instant were not read. */
function notLookedFor(id, since) {
    return notConfirmed(id, `keys made before ${(0,_core_time_js__WEBPACK_IMPORTED_MODULE_1__/* .instantText */ .X)(since)} were not read`);
}
/** The same of a key made a moment ago, which the list does not show at all. */
function notListed(id) {
    return notConfirmed(id, 'its list, which may be older than the key, does not show it');
}
function notConfirmed(id, list) {
    return {
        kind: 'unclear',
        service: 'mutx',
        call: `the revocation of ${id}`,
        status: 404,
        code: 'mutx-not-found',
        message: `MUTX answers that there is no key ${id}, and ${list}`,
        hint: 'Run it again; if it ends like this again, revoke the key at MUTX by hand.',
        retryable: false,
    };
}
/**
 * What is known of the key in a secret.
 * @param updatedAt when the secret was last written, by GitHub's clock
 * @param keysOfName every key that MUTX lists of the name; where it follows its documentation, no revoked ones
 * @param date MUTX's time of that list
 */
function holdingOf(updatedAt, keysOfName, date) {
    const candidates = candidatesFor(updatedAt, keysOfName).toSorted((a, b) => b.createdAt - a.createdAt);
    const [newest] = candidates;
    if (newest === undefined) {
        const before = keysOfName.some((key) => works(key, date) && key.createdAt <= updatedAt + _core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .MARGIN */ .jS);
        return { kind: before ? 'saved-again' : 'none' };
    }
    const dead = candidates.filter((key) => !works(key, date));
    if (dead.length === 0)
        return { kind: 'works', candidates };
    if (dead.length === candidates.length)
        return { kind: 'dead', candidates };
    return { kind: works(newest, date) ? 'some-dead' : 'newest-dead', candidates, dead };
}


/***/ }),

/***/ 7467:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   KF: () => (/* binding */ Run),
/* harmony export */   KS: () => (/* binding */ isAccountRefused),
/* harmony export */   TU: () => (/* binding */ quotaFailure),
/* harmony export */   _C: () => (/* binding */ accountRefused),
/* harmony export */   dJ: () => (/* binding */ failuresOf),
/* harmony export */   gz: () => (/* binding */ failed),
/* harmony export */   pQ: () => (/* binding */ eachOf),
/* harmony export */   sm: () => (/* binding */ valuesOf)
/* harmony export */ });
/* harmony import */ var _core_limits_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7535);
/* harmony import */ var _core_retry_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7493);
/* harmony import */ var _rules_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(9541);



/** One run's collaborators and what it has done so far: the part of the state that every step shares. */
class Run {
    settings;
    ports;
    retrying;
    #revoked = new Set();
    #left = new Set();
    #held = new Set();
    #unclear = new Set();
    #superseded = [];
    #graceEnds;
    #spared = [];
    /** A key was revoked before the new one was stored, or may have been. */
    madeRoom = false;
    /** A stored key was revoked for its place (`on-quota: replace`). */
    gaveUp = false;
    /** What was stored too late by an earlier round: still what the targets hold, whatever comes of the next. */
    late;
    #list;
    #github;
    constructor(settings, ports) {
        this.settings = settings;
        this.ports = ports;
        this.retrying = {
            clock: ports.clock,
            random: ports.random,
            onRetry: (failure, attempt, wait) => ports.report({ type: 'retrying', failure, attempt, wait }),
        };
    }
    /** Tells the start, the end and the duration of a step; `ok` says whether its result counts as done. */
    async step(step, work, ok) {
        this.ports.report({ type: 'step-started', step });
        const watch = new _core_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .Stopwatch */ .eM(this.ports.clock);
        const result = await work();
        this.ports.report({ type: 'step-ended', step, ok: ok(result), ms: watch.elapsed() });
        return result;
    }
    /** How long a call that starts now may still be tried again; never beyond the session's end. */
    patience() {
        const watch = new _core_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .Stopwatch */ .eM(this.ports.clock);
        return () => Math.min(_core_limits_js__WEBPACK_IMPORTED_MODULE_0__/* .CALL_PATIENCE */ .L7 - watch.elapsed(), this.sessionLeft());
    }
    sessionLeft() {
        const { sessionEndsAt, clock } = this.ports;
        return sessionEndsAt === undefined ? Number.POSITIVE_INFINITY : sessionEndsAt - clock.now();
    }
    /** An idempotent call, tried again as far as patience goes. */
    call(attempt, policy = (0,_core_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .idempotent */ .yB)(this.patience())) {
        return (0,_core_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .tryCall */ .O9)(attempt, policy, this.retrying);
    }
    /** A read of GitHub's, whose `Date` is noted the moment it comes. */
    async askGithub(attempt) {
        const reply = await this.call(attempt);
        this.sawGithub(reply);
        return reply;
    }
    /**
     * GitHub's time now, at the least: its time in the last reply plus what has passed here since by the slower
     * of both clocks. What the late-write check counts from (protocol, step 7): a machine whose clocks stood
     * still makes a write look later than it was, never earlier.
     */
    githubTime() {
        return this.#github && this.#github.date + this.#github.since.leastElapsed();
    }
    sawGithub(reply) {
        if (!reply.ok || reply.date === undefined)
            return;
        if (reply.date >= (this.githubTime() ?? reply.date)) {
            this.#github = { date: reply.date, since: new _core_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .Stopwatch */ .eM(this.ports.clock) };
        }
    }
    /** The list of the look: what MUTX's later times are held against. */
    listed(list) {
        this.#list = list;
    }
    get list() {
        return this.#list;
    }
    /**
     * Revokes keys, with retries. A failure is a warning: the next run takes it up.
     * @returns for each, whether it is revoked for certain
     */
    async revoke(wanted) {
        const attempts = await eachOf(wanted, this.settings.concurrency, (one) => this.#delete(one));
        const settled = await this.#settle(attempts);
        return settled.map((attempt) => this.#note(attempt));
    }
    async #delete({ id, reason }) {
        this.ports.report({ type: 'revoking', id, reason });
        const { reply, unclear } = await (0,_core_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .notingUnclear */ .Gz)((attempt) => this.call(attempt), () => this.ports.keys.revoke(id));
        if (reply.ok)
            return { id, reason, kind: reply.value, unclear };
        return { id, reason, kind: 'failed', unclear, message: reply.failure.message };
    }
    /**
     * A 404 is a gateway's or a replica's as well as that of a key that is gone: only a list read after it decides. A key
     * that it shows as active is revoked once more.
     */
    async #settle(attempts) {
        if (attempts.every(({ kind }) => kind !== 'gone'))
            return attempts;
        const list = await this.call(() => this.ports.keys.list());
        return eachOf(attempts, this.settings.concurrency, async (attempt) => {
            if (attempt.kind !== 'gone')
                return attempt;
            const unclear = { ...attempt, kind: 'failed', unclear: true };
            if (!list.ok) {
                return {
                    ...unclear,
                    message: `MUTX does not know it, and could not be asked again: ${list.failure.message}`,
                };
            }
            const open = (0,_rules_js__WEBPACK_IMPORTED_MODULE_2__/* .whyNotGone */ .z7)(attempt.id, list, attempt.reason === 'own');
            if (open === undefined)
                return attempt;
            const again = await this.#delete(attempt);
            if (again.kind === 'revoked')
                return again;
            const message = again.kind === 'failed' ? again.message : open.message;
            return { ...unclear, message };
        });
    }
    #note(attempt) {
        const { id, reason } = attempt;
        if (attempt.kind !== 'failed') {
            this.#revoked.add(id);
            for (const set of [this.#left, this.#held, this.#unclear])
                set.delete(id);
            const gone = attempt.kind === 'gone' && !attempt.unclear;
            this.ports.report({ type: 'revoked', id, reason, gone });
            return true;
        }
        this.ports.report({ type: 'not-revoked', id, unclear: attempt.unclear });
        this.#left.add(id);
        if (attempt.unclear)
            this.#unclear.add(id);
        const key = reason === 'own' ? `the new key ${id}, which no secret holds,` : `key ${id}`;
        const what = attempt.unclear
            ? `it is not known whether ${key} was revoked`
            : `${key} could not be revoked`;
        this.warn('revocation-failed', `${what}: ${attempt.message}`);
        return false;
    }
    /** Superseded, and not revoked by this run. */
    leave(ids) {
        for (const id of ids)
            this.#left.add(id);
    }
    /** Too many to revoke: none of them is, and a person is told. */
    holdBack(ids) {
        const known = ids.every((id) => this.#held.has(id));
        this.leave(ids);
        for (const id of ids)
            this.#held.add(id);
        if (known)
            return;
        this.warn('too-many-revocations', `${ids.length} keys would be revoked, more than max-revocations (${this.settings.maxRevocations}); none of them is: ${ids.join(', ')}`);
    }
    /** @param graceEnds when their grace period is over */
    supersede(ids, graceEnds) {
        this.#superseded = ids;
        this.#graceEnds = graceEnds;
    }
    /** Too young to be revoked. */
    spare(keys) {
        this.#spared = keys;
    }
    isRevoked(id) {
        return this.#revoked.has(id);
    }
    isPerhapsRevoked(id) {
        return this.#unclear.has(id);
    }
    warn(code, message) {
        this.ports.report({ type: 'warning', code, message });
    }
    keysNow() {
        return {
            revoked: [...this.#revoked],
            superseded: this.#superseded,
            graceEnds: this.#superseded.length === 0 ? undefined : this.#graceEnds,
            left: [...this.#left],
            held: [...this.#held],
            unclear: [...this.#unclear],
            spared: this.#spared.filter(({ id }) => !this.#revoked.has(id) && !this.#left.has(id)),
        };
    }
}
/** Runs `work` for each item, at most `limit` at a time; results in the items' order. */
async function eachOf(items, limit, work) {
    const results = new Array(items.length);
    const queue = items.entries();
    const worker = async () => {
        for (const [index, item] of queue)
            results[index] = await work(item, index);
    };
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
    return results;
}
/** The values among replies, in order. */
function valuesOf(replies) {
    return replies.flatMap((reply) => (reply.ok ? [reply.value] : []));
}
/** The failures among replies, in order. */
function failuresOf(replies) {
    return replies.flatMap((reply) => (reply.ok ? [] : [reply.failure]));
}
/** MUTX says that it does not let the account itself in; a key of such an account is answered so too. */
function isAccountRefused({ kind, status }) {
    return kind === 'refused' && status === 403;
}
function accountRefused(failure) {
    return {
        reason: 'look',
        code: 'account-refused',
        message: `MUTX does not let this account in, so no key was made: ${failure.message}`,
        failures: [failure],
    };
}
/** A failed outcome with the state of everything; targets that were not reached are `skipped`. */
function failed(run, failure, minted = run.late && { ...run.late.minted, state: 'unknown' }, targets = run.late?.results ?? run.ports.targets.map(untouched)) {
    // Waiting helps against none that was refused.
    const refused = failure.failures.some((one) => one.kind === 'refused');
    const retryAfter = refused ? 0 : Math.max(0, ...failure.failures.map((one) => one.retryAfter ?? 0));
    return {
        kind: 'failed',
        failure: failure.retryAt === undefined && retryAfter > 0
            ? { ...failure, retryAt: run.ports.clock.now() + retryAfter }
            : failure,
        minted,
        targets,
        keys: run.keysNow(),
    };
}
function untouched(target) {
    return { target: target.label, secret: target.secretName, status: 'skipped' };
}
/** No place for one more key: none was made. */
function quotaFailure(room, because) {
    const { code, what, at, keys } = explain(room);
    return {
        reason: 'quota',
        code,
        message: because === undefined ? what : `${what}; ${because}`,
        failures: [],
        inTheWay: keys,
        ...(at === undefined ? {} : { retryAt: at }),
    };
}
function explain(room) {
    const full = "the account's plan has no place for one more key";
    switch (room.kind) {
        case 'full':
            return { code: 'quota-full', what: full, at: room.at, keys: room.inTheWay };
        case 'replace':
            return { code: 'quota-full', what: full, at: undefined, keys: [room.victim] };
        case 'too-soon':
            return {
                code: 'quota-too-soon',
                what: `the new key would take the plan's last place while ${room.because}`,
                at: room.at,
                keys: room.inTheWay,
            };
    }
}


/***/ }),

/***/ 5752:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ keysOfName),
/* harmony export */   n: () => (/* binding */ timeOf)
/* harmony export */ });
function keysOfName({ keys }, { keyName }) {
    return keys.filter((key) => key.name === keyName);
}
/** The time of the look by MUTX's clock, or by GitHub's where MUTX does not say. */
function timeOf({ date, githubDate }) {
    return date ?? githubDate;
}


/***/ }),

/***/ 9930:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ formsOf)
/* harmony export */ });
/* harmony import */ var _shapes_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6111);

/** A signature shorter than this is none. */
const SHORTEST_SIGNATURE = 16;
/** What the shortest credential (eight characters) leaves of itself in base64, wherever it stands. */
const SHORTEST_PART = 8;
/**
 * The forms in which a credential could turn up in text: as it is; base64 and base64url, alone and at each of the
 * three offsets it can have inside something longer; hex; URL-encoded in either case, as a form, and twice; as a JSON
 * string, as one within another, and as Go, Rails, Python and PHP write one; escaped for XML and HTML; and a JWT's
 * signature alone, which is what makes it one, with the JWT that a GitHub token holds. The runner masks literally what
 * it is told, so each form is told. (What is compared with texts of ours is more: views.ts.)
 */
function formsOf(text) {
    const bytes = Buffer.from(text, 'utf8');
    const base64 = bytes.toString('base64');
    const encoded = encodeURIComponent(text.toWellFormed());
    // Of the marks that encodeURIComponent leaves, RFC 3986 reserves these.
    const strict = encoded.replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
    const json = JSON.stringify(text).slice(1, -1);
    const forms = [
        text,
        base64,
        base64.replace(/=+$/, ''),
        bytes.toString('base64url'),
        ...[0, 1, 2].flatMap((offset) => [
            withinBase64(bytes, offset, 'base64'),
            withinBase64(bytes, offset, 'base64url'),
        ]),
        bytes.toString('hex'),
        bytes.toString('hex').toUpperCase(),
        encoded,
        lowerOctets(encoded),
        encodeURIComponent(encoded),
        ...[strict, strict.replaceAll('%20', '+')].flatMap((one) => [one, lowerOctets(one)]),
        new URLSearchParams([['', text.toWellFormed()]]).toString().slice(1),
        json,
        JSON.stringify(json).slice(1, -1),
        json.replaceAll('/', '\\/'),
        ...[HTML_IN_JSON, BEYOND_ASCII, BEYOND_EITHER].flatMap((some) => asJson(json, some)),
        ...ENTITIES.map((entity) => text.replace(/[&<>"']/g, (character) => entity[character] ?? character)),
        ...partsOf(text),
    ];
    return [...new Set(forms)].filter((form) => form.length > 0);
}
const ENTITY = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** As XML has it; HTML in PHP, Python and Go; and HTML in Go and in templates, which have numbers for quotes. */
const ENTITIES = [
    { ...ENTITY, "'": '&apos;' },
    { ...ENTITY, "'": '&#039;' },
    { ...ENTITY, "'": '&#x27;' },
    { ...ENTITY, "'": '&#39;' },
    { ...ENTITY, '"': '&#34;', "'": '&#39;' },
    ENTITY,
];
/** Go and Rails escape these in a JSON string; Python and PHP what is not ASCII. */
const HTML_IN_JSON = /[<>&\u2028\u2029]/gu;
const BEYOND_ASCII = /[^\x20-\x7e]/gu;
const BEYOND_EITHER = /[<>&']|[^\x20-\x7e]/gu;
/** A JSON string with some characters as `\uXXXX`, in either case, and slashes escaped or not. */
function asJson(json, some) {
    const escaped = json.replace(some, (character) => 
    // By unit: a character beyond U+FFFF takes two of them.
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));
    const upper = escaped.replace(/\\u[0-9a-f]{4}/g, (unit) => `\\u${unit.slice(2).toUpperCase()}`);
    return [escaped, upper, escaped.replaceAll('/', '\\/')];
}
function lowerOctets(encoded) {
    return encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}
/** The characters that do not depend on what stands around the bytes; empty where hardly any would be left. */
function withinBase64(bytes, offset, alphabet) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
    const middle = whole.toString(alphabet).slice(offset === 0 ? 0 : offset + 1);
    return middle.length < SHORTEST_PART ? '' : middle;
}
/** A JWT's signature; and the JWT in a GitHub token: what is around it (the id of an App) is no secret. */
function partsOf(text) {
    const { jwt = '', signature = '' } = (0,_shapes_js__WEBPACK_IMPORTED_MODULE_0__/* .jwtOf */ .VL)(text) ?? {};
    return signature.length < SHORTEST_SIGNATURE ? [] : [signature, jwt];
}


/***/ }),

/***/ 6111:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gx: () => (/* binding */ isNoWord),
/* harmony export */   Pv: () => (/* binding */ looksLikeCredential),
/* harmony export */   VL: () => (/* binding */ jwtOf),
/* harmony export */   Wr: () => (/* binding */ credentialsIn),
/* harmony export */   jc: () => (/* binding */ ownerOfGithubToken),
/* harmony export */   s1: () => (/* binding */ beginsAsMutxKey)
/* harmony export */ });
/** A run of this many characters after a prefix is a credential; documentation has shorter ones. */
const LONG_ENOUGH = '(?=[\\w.-]{16})';
/** In order: a JWT within a GitHub token is part of that token. The ends of sentences belong to none. */
const SHAPES = {
    'github-token': `(?:gh[oprsu]_|github_pat_)${LONG_ENOUGH}[\\w-]+(?:\\.[\\w-]+)*`,
    'mutx-key': `mutx_live_${LONG_ENOUGH}[\\w-]+(?:\\.[\\w-]+)*`,
    // An encoded `{"` begins either of the first two parts (RFC 7519). The signature may be cut off.
    jwt: 'eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}(?:\\.[\\w-]*)?',
};
const ANY = new RegExp(Object.values(SHAPES).join('|'), 'g');
/** Whether a text holds something of that shape, known to this process or not. @param shape default: any */
function looksLikeCredential(text, shape) {
    return shape === undefined ? text.search(ANY) >= 0 : credentialsIn(text, shape).length > 0;
}
/** Each credential in a text, in order. @param shape default: all */
function credentialsIn(text, shape) {
    const found = text.match(ANY) ?? [];
    return shape === undefined ? found : found.filter((one) => new RegExp(`^(?:${SHAPES[shape]})$`).test(one));
}
/** A key of MUTX's by its beginning, however short the rest. */
function beginsAsMutxKey(text) {
    return text.startsWith('mutx_live_');
}
/**
 * Whose a GitHub token is, by its beginning: of an App's installation (`GITHUB_TOKEN` too), or of GitHub's
 * command line and other OAuth apps. Undefined: of a person, or not known.
 */
function ownerOfGithubToken(text) {
    if (text.startsWith('ghs_'))
        return 'installation';
    return text.startsWith('gho_') ? 'oauth-app' : undefined;
}
/** The JWT that a text is, or that a GitHub token ends with. */
function jwtOf(text) {
    const [, jwt, signature] = /^(?:ghs_\w*?_)?(eyJ[\w-]+\.[\w-]+\.([\w-]+))$/.exec(text) ?? [];
    return jwt === undefined || signature === undefined ? undefined : { jwt, signature };
}
/** Characters of different kinds that random text of any length has. */
const KINDS = [/[a-z]/u, /[A-Z]/u, /[0-9]/u];
/**
 * Whether a text is far from any word or name that a log may hold, so that the log stays readable where it is masked:
 * at least two of lower case, upper case and digits, and eight different characters; so with the signature of a JWT,
 * which is masked alone, too.
 */
function isNoWord(text) {
    const { signature = text } = jwtOf(text) ?? {};
    return [text, signature].every(isVaried);
}
function isVaried(text) {
    return KINDS.filter((kind) => kind.test(text)).length >= 2 && new Set(text).size >= 8;
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return ({"725":"libsodium.js","815":"yaml.js","933":"fleet.js"})[chunkId];
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ main)
});

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_namespaceObject.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_namespaceObject.appendFileSync(filePath, `${toCommandValue(message)}${external_os_namespaceObject.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_namespaceObject.EOL}${convertedValue}${external_os_namespaceObject.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
;// CONCATENATED MODULE: external "node:events"
var x = (y) => {
	var x = {}; __nccwpck_require__.d(x, y); return x
} 
var y = (x) => (() => (x))
const external_node_events_namespaceObject = x({  });
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return __awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return __awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_namespaceObject.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_namespaceObject.constants.R_OK | external_fs_namespaceObject.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_namespaceObject.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary = (/* unused pure expression or super */ null && (_summary));
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_namespaceObject.platform();
const arch = external_os_namespaceObject.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return file_command_issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    command_issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function core_setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return file_command_issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_namespaceObject.EOL);
    command_issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function core_debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    command_issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    command_issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    command_issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return file_command_issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    command_issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
// EXTERNAL MODULE: ./lib/rotation/rules.js
var rules = __nccwpck_require__(9541);
// EXTERNAL MODULE: ./lib/audit/policy.js
var audit_policy = __nccwpck_require__(4261);
// EXTERNAL MODULE: ./lib/core/limits.js
var limits = __nccwpck_require__(7535);
;// CONCATENATED MODULE: ./lib/audit/dead.js


/**
 * A secret whose key does not work, or of which that cannot be told: what uses it gets 401, or may.
 * @param keysOfName every key of the name that belongs in it, active or not
 * @param strangers keys, active or not, of names that belong in no secret, where which name belongs in this one is a guess
 */
function deadSecret(secret, keysOfName, date, strangers) {
    const { updatedAt, place, keyName, shared } = secret;
    if (updatedAt === undefined)
        return [];
    // When a key was revoked, nobody tells.
    const about = { since: undefined, place, updatedAt };
    const doubt = (level, why) => ({
        ...about,
        kind: 'secret-doubtful',
        level,
        keyName,
        why,
    });
    const holding = (0,rules/* holdingOf */.JO)(updatedAt, keysOfName, date);
    switch (holding.kind) {
        case 'works':
            return [];
        case 'dead': {
            const { candidates } = holding;
            // A key that has expired and is known to be held is told as that.
            if (candidates.length === 1 && candidates.every(({ isActive }) => isActive))
                return [];
            return [{ ...about, kind: 'secret-dead', level: 'error', keys: candidates }];
        }
        case 'newest-dead':
            return [doubt('warning', holding)];
        case 'some-dead':
            return [doubt('notice', holding)];
        case 'saved-again':
        case 'none': {
            const { kind } = holding;
            const stranger = nearestTo(updatedAt, (0,rules/* candidatesFor */._j)(updatedAt, strangers));
            // A guess, so the level stays that of a secret that may be dead.
            if (keysOfName.length === 0 && stranger !== undefined) {
                return [doubt('warning', { kind: 'other-name', key: stranger, works: (0,rules/* works */.No)(stranger, date) })];
            }
            // Everyday for an organisation's secret: each edit of its visibility moves its date.
            const level = shared && kind === 'saved-again' ? 'notice' : 'warning';
            return [doubt(level, { kind, shared, justNow: updatedAt + limits/* MARGIN */.jS >= date })];
        }
    }
}
/** The key that was made closest to the write. */
function nearestTo(updatedAt, keys) {
    const distance = ({ createdAt }) => Math.abs(updatedAt - createdAt);
    return keys.toSorted((a, b) => distance(a) - distance(b))[0];
}

;// CONCATENATED MODULE: ./lib/audit/secrets.js




/**
 * What the secrets' dates tell, for each name that keys in them have. Nothing where the clocks are apart.
 * @param guessed the names are the default ones, and rotations may have used others
 */
function secretFindings(look, guessed) {
    if (look.clocksApart)
        return { findings: [], outOfStep: new Set() };
    const names = new Set(look.secrets.map(({ keyName }) => keyName));
    const named = (0,rules/* keysByName */.nm)(look.keys);
    const groups = [...names].map((name) => ({
        name,
        secrets: look.secrets.filter(({ keyName }) => keyName === name),
        keys: named.get(name) ?? [],
    }));
    const strangers = guessed
        ? look.keys.filter((key) => !names.has(key.name) && look.namesMadeHere?.has(key.name) !== true && !(0,audit_policy/* isForAJob */.Mu)(key))
        : [];
    const found = groups.map((group) => ({ name: group.name, ...findingsOf(group, look.date, strangers) }));
    return {
        findings: found.flatMap(({ findings }) => findings),
        outOfStep: new Set(found.flatMap(({ name, inStep }) => (inStep ? [] : [name]))),
    };
}
/** The secrets that hold this key, as far as their dates say. */
function holdersOf(key, look) {
    const secrets = look.clocksApart ? [] : look.secrets.filter(({ keyName }) => keyName === key.name);
    if (secrets.length === 0)
        return [];
    const keys = look.keys.filter(({ name }) => name === key.name);
    return secrets.filter((secret) => (0,rules/* currentOf */.$c)(secret, keys)?.id === key.id).map(({ place }) => place);
}
function findingsOf(group, date, strangers) {
    const outdated = group.secrets.flatMap((secret) => outdatedSecret(secret, group, date));
    // The key that a secret is waiting for is told with the secret.
    const awaited = new Set(outdated.map(({ key }) => key.id));
    const told = new Set(outdated.map(({ place }) => place));
    const dead = group.secrets
        .filter(({ place }) => !told.has(place))
        .flatMap((secret) => deadSecret(secret, group.keys, date, strangers));
    const orphans = group.keys.filter((key) => !awaited.has(key.id)).flatMap((key) => orphan(key, group, date));
    return { findings: [...outdated, ...dead, ...orphans], inStep: outdated.length === 0 };
}
/**
 * A secret without the newest key of its name: its rotation ended in between, or reached other targets only.
 * Not for a key so young that a run may still be storing it.
 */
function outdatedSecret(secret, { secrets, keys }, date) {
    const { updatedAt, place } = secret;
    const live = keys.filter((key) => (0,rules/* works */.No)(key, date));
    const key = (0,audit_policy/* newest */.BP)(live.filter(({ createdAt }) => createdAt + limits/* FENCE */.AK + limits/* MARGIN */.jS < date));
    if (key === undefined || (updatedAt !== undefined && key.createdAt <= updatedAt + limits/* MARGIN */.jS))
        return [];
    const isGood = updatedAt !== undefined && doesWork((0,rules/* holdingOf */.JO)(updatedAt, keys, date));
    const elsewhere = secrets.some((other) => other.updatedAt !== undefined && (0,rules/* currentOf */.$c)(other, keys)?.id === key.id);
    // A key that no secret holds while this one works is an orphan; so is one where there never was a secret.
    if (!elsewhere && (isGood || updatedAt === undefined))
        return [];
    const level = isGood === false ? 'error' : 'warning';
    return [{ kind: 'secret-outdated', level, since: key.createdAt, place, updatedAt, key, works: isGood }];
}
/**
 * @returns undefined where it may: saved again by hand, or, of an organisation, with its visibility edited since, a
 * secret holds any key that there was by then
 */
function doesWork({ kind }) {
    switch (kind) {
        case 'works':
        case 'some-dead':
            return true;
        case 'newest-dead':
        case 'saved-again':
            return undefined;
        case 'dead':
        case 'none':
            return false;
    }
}
/** Rule W's evidence that a key is in no secret, and no grace period that could still be running. */
function orphan(key, { secrets, keys }, date) {
    if (!(0,rules/* works */.No)(key, date))
        return [];
    const how = (0,rules/* notInAnyTarget */._A)(key, secrets, keys, 0);
    if (how === undefined || date <= how.revocableFrom + limits/* MARGIN */.jS)
        return [];
    if (how.kind === 'never-stored') {
        const used = (0,rules/* isUsedElsewhere */.KS)(key, how);
        return [{ kind: 'orphaned', level: levelOf(used), since: key.createdAt, key, how: how.kind, used }];
    }
    const lastWrite = Math.max(...secrets.map(({ updatedAt }) => updatedAt ?? 0));
    const until = (0,audit_policy/* keptUntil */.Jf)(key, lastWrite);
    if (date <= until)
        return [];
    const used = key.lastUsed !== undefined && key.lastUsed > until;
    return [{ kind: 'orphaned', level: levelOf(used), since: lastWrite, key, how: how.kind, used }];
}
/** In use though in no secret: somebody has a copy. */
function levelOf(used) {
    return used ? 'error' : 'warning';
}

;// CONCATENATED MODULE: ./lib/audit/keys.js



/** What is wrong with a key that is alive. @param latest the newest live key of its name */
function keyFindings(key, latest, look, policy) {
    return [...expiry(key, latest, look, policy), ...age(key, look, policy), ...use(key, look, policy)];
}
/** Dead already, but it takes a place of the plan; in a secret, it is an outage. */
function expiredFinding(key, look) {
    if (!key.isActive || !(0,rules/* isExpired */._d)(key, look.date))
        return [];
    const heldBy = holdersOf(key, look);
    const level = heldBy.length > 0 ? 'error' : 'notice';
    return [{ kind: 'expired-active', level, since: key.expiresAt, key, heldBy }];
}
function expiry(key, latest, look, { expiringWithin, requireExpiry }) {
    const { createdAt, expiresAt } = key;
    if (expiresAt === undefined) {
        return requireExpiry ? [{ kind: 'no-expiry', level: 'warning', since: createdAt, key }] : [];
    }
    // A younger one of the name takes its place.
    if (latest?.id !== key.id)
        return [];
    // Keys that are made to be short-lived are always near their end: for them it is the last third that counts.
    const window = Math.min(expiringWithin, (expiresAt - createdAt) / 3);
    if (expiresAt - look.date >= window)
        return [];
    const heldBy = holdersOf(key, look);
    return [{ kind: 'expires-soon', level: 'warning', since: expiresAt - window, key, heldBy }];
}
function age(key, { date }, { maxAge }) {
    const old = date - key.createdAt;
    if (maxAge === 0 || old <= maxAge)
        return [];
    return [{ kind: 'too-old', level: 'warning', since: key.createdAt + maxAge, key, age: old }];
}
function use(key, { date }, { unusedFor }) {
    const since = key.lastUsed ?? key.createdAt;
    if (unusedFor === 0 || date - since <= unusedFor)
        return [];
    return [{ kind: 'unused', level: 'warning', since, key }];
}
/** Several live keys of one name, older than any overlap of a rotation or grace period explains. */
function duplicates(siblings, { date }) {
    const keys = siblings.toSorted((a, b) => b.createdAt - a.createdAt);
    const [latest, ...older] = keys;
    if (latest === undefined || !older.some((key) => date > (0,audit_policy/* keptUntil */.Jf)(key, latest.createdAt)))
        return [];
    const since = Math.min(...keys.slice(0, -1).map(({ createdAt }) => createdAt));
    return [{ kind: 'duplicate-name', level: 'warning', since, keys }];
}

;// CONCATENATED MODULE: ./lib/audit/find.js




/** The plan has hardly a place left that does not become free by itself. */
function quotaFinding(look) {
    const { plan, places, keys } = look;
    if (plan === undefined || places === undefined || !Number.isFinite(places))
        return [];
    const active = keys.filter((key) => key.isActive);
    const lasting = active.filter((key) => !isPassing(key, active, look));
    const limit = Math.ceil(places * audit_policy/* NEARLY_FULL */.GA);
    if (lasting.length < limit)
        return [];
    const filledBy = lasting.toSorted((a, b) => a.createdAt - b.createdAt)[limit - 1];
    return [
        { kind: 'quota', level: 'warning', since: filledBy?.createdAt, plan, places, taken: lasting.length },
    ];
}
function tokenFinding({ tokenExpiresAt, date }) {
    if (tokenExpiresAt === undefined || tokenExpiresAt - date > audit_policy/* TOKEN_EXPIRING_WITHIN */.Jn)
        return [];
    const since = tokenExpiresAt - audit_policy/* TOKEN_EXPIRING_WITHIN */.Jn;
    return [{ kind: 'writer-token', level: 'warning', since, expiresAt: tokenExpiresAt }];
}
/** Made for a job that is running, or superseded and kept for a grace period. */
function isPassing(key, active, { date }) {
    if ((0,rules/* isExpired */._d)(key, date))
        return false;
    if ((0,audit_policy/* isForAJob */.Mu)(key))
        return true;
    const successor = (0,audit_policy/* newest */.BP)(active.filter(({ name }) => name === key.name));
    return successor !== undefined && successor.id !== key.id && date <= (0,audit_policy/* keptUntil */.Jf)(key, successor.createdAt);
}
const RANK = { error: 0, warning: 1, notice: 2 };
/**
 * Everything that is wrong, worst first: a pure function of the look. A key that has expired, or is orphaned, is
 * told as that and nothing else, for it has to go whatever else may be said of it.
 * @param only keys of this name, and nothing about the account as a whole
 */
function findAll(look, policy, only) {
    const { findings: aboutSecrets, outOfStep } = secretFindings(look, only === undefined);
    const orphans = new Set(aboutSecrets.flatMap((one) => (one.kind === 'orphaned' ? [one.key.id] : [])));
    const live = look.keys.filter((key) => (0,rules/* works */.No)(key, look.date) && !orphans.has(key.id));
    const byName = (0,rules/* keysByName */.nm)(live);
    const concerned = (name) => only === undefined || name === only;
    const findings = [
        ...aboutSecrets,
        ...look.keys.filter(({ name }) => concerned(name)).flatMap((key) => expiredFinding(key, look)),
        ...[...byName]
            .filter(([name]) => concerned(name))
            .flatMap(([name, keys]) => {
            const latest = (0,audit_policy/* newest */.BP)(keys);
            return [
                ...keys.flatMap((key) => keyFindings(key, latest, look, policy)),
                ...(outOfStep.has(name) ? [] : duplicates(keys, look)),
            ];
        }),
        ...(only === undefined ? quotaFinding(look) : []),
        ...tokenFinding(look),
    ];
    return findings.toSorted((a, b) => RANK[a.level] - RANK[b.level]);
}

// EXTERNAL MODULE: ./lib/core/retry.js
var retry = __nccwpck_require__(7493);
// EXTERNAL MODULE: ./lib/rotation/room.js
var room = __nccwpck_require__(907);
// EXTERNAL MODULE: ./lib/rotation/run.js
var run = __nccwpck_require__(7467);
;// CONCATENATED MODULE: ./lib/audit/snapshot.js




/**
 * Whether MUTX's times can be compared with GitHub's: their clocks may differ by half of the margin that the rules
 * allow. What passes here between two replies is no difference, but how much of it passed between the moments in
 * which their dates were written is known only within bounds: both have to be near.
 */
class ClockComparison {
    #clock;
    #listing;
    #listed;
    #mutx;
    /** How long before the list was there its date was asked for. */
    #lead;
    #areApart = false;
    constructor(clock) {
        this.#clock = clock;
        this.#listing = new retry/* Stopwatch */.eM(clock);
        this.#listed = this.#listing;
    }
    /** One attempt to read the list of MUTX. */
    async ofMutx(attempt) {
        this.#listing = new retry/* Stopwatch */.eM(this.#clock);
        const reply = await attempt();
        this.#listed = new retry/* Stopwatch */.eM(this.#clock);
        // A list of many pages takes minutes: what can be compared is the date of the last of them.
        const reading = reply.ok ? reply.reading : undefined;
        this.#lead = reading?.lastAsked;
        this.#mutx = reading === undefined ? dateOf(reply) : reading.lastDate;
        return reply;
    }
    /** One attempt to read something of GitHub, after the list. */
    async ofGithub(attempt) {
        const least = this.#listed.leastElapsed();
        const reply = await attempt();
        const most = this.#lead === undefined ? this.#listing.elapsed() : this.#lead + this.#listed.elapsed();
        if (reply.ok && this.#isApart(reply.date, least, most))
            this.#areApart = true;
        return reply;
    }
    /** Also where either server does not say what time it is. */
    get areApart() {
        return this.#mutx === undefined || this.#areApart;
    }
    /** For how long the list has been known, from before it was asked for. */
    elapsed() {
        return this.#listing.elapsed();
    }
    #isApart(github, least, most) {
        if (github === undefined || this.#mutx === undefined)
            return true;
        const apart = github - this.#mutx;
        return [least, most].some((passed) => Math.abs(apart - passed) > limits/* MARGIN */.jS / 2);
    }
}
function dateOf(reply) {
    return reply.ok ? reply.date : undefined;
}
/** For how long an audit may try anything again. */
const PATIENCE = 15 * 60_000;
const CONCURRENCY = 4;
/**
 * Reads the keys and the plan, and only then the secrets' dates: in the other order a secret written in between
 * would make the key that it holds look like an orphan (docs/protocol.md, "A run").
 */
async function readAuditSnapshot(ports) {
    const call = (0,retry/* patientCalls */.RD)(ports, PATIENCE, (failure, attempt, wait) => ports.report({ type: 'retrying', failure, attempt, wait }));
    const clocks = new ClockComparison(ports.clock);
    const [list, plan] = await Promise.all([
        // All of them: what never expires, or has been kept for years, is what an audit looks for.
        call(() => clocks.ofMutx(() => ports.keys.list(true))),
        readPlan(ports, call),
    ]);
    if (!list.ok)
        return { ok: false, failures: [list.failure] };
    const active = list.value.filter((key) => key.isActive).length;
    ports.report({ type: 'listed', active, ms: clocks.elapsed() });
    if (list.reading?.since !== undefined)
        ports.report({ type: 'note', note: 'older-unread' });
    const reading = new retry/* Stopwatch */.eM(ports.clock);
    const secrets = await (0,run/* eachOf */.pQ)(ports.targets, CONCURRENCY, (target) => readSecret(target, call, clocks));
    const failures = (0,run/* failuresOf */.dJ)(secrets);
    if (failures.length > 0)
        return { ok: false, failures };
    if (secrets.length > 0) {
        ports.report({ type: 'secrets-read', secrets: secrets.length, ms: reading.elapsed() });
    }
    const clocksApart = clocks.areApart;
    if (list.date === undefined)
        ports.report({ type: 'note', note: 'no-date' });
    else if (clocksApart)
        ports.report({ type: 'note', note: 'clocks-apart' });
    return {
        ok: true,
        look: {
            date: list.date ?? ports.clock.now(),
            keys: list.value,
            plan,
            places: (0,room/* placesOf */.ek)(plan),
            secrets: (0,run/* valuesOf */.sm)(secrets),
            clocksApart,
            tokenExpiresAt: ports.tokenExpiresAt(),
        },
    };
}
async function readSecret({ keyName, target }, call, clocks) {
    const reply = await call(() => clocks.ofGithub(() => target.metadata()));
    if (!reply.ok)
        return reply;
    const place = { target: target.label, secret: target.secretName };
    return { ...reply, value: { updatedAt: reply.value?.updatedAt, shared: target.shared, place, keyName } };
}
/** Only for one finding of many; without it the audit goes on. */
async function readPlan({ keys, report }, call) {
    const reply = await call(() => keys.account());
    if (reply.ok)
        return reply.value.plan;
    report({ type: 'note', note: 'account-unreadable', failure: reply.failure });
    return undefined;
}

;// CONCATENATED MODULE: ./lib/audit/spared.js



/**
 * The keys that a rotation spared because a run might still be storing them. Nothing is wrong with them, so they are
 * no finding; but who counts the keys of a name wants to know what they are. Not keys that a secret holds, nor keys
 * made for a job: many jobs may share a name, and no rotation looks after it.
 * @param keys those to tell of
 */
function sparedBeside(keys, look) {
    const newestOf = new Map();
    for (const key of look.keys) {
        const latest = newestOf.get(key.name);
        if ((0,rules/* works */.No)(key, look.date) && (latest === undefined || key.createdAt > latest.createdAt)) {
            newestOf.set(key.name, key);
        }
    }
    return keys
        .filter((key) => (0,rules/* works */.No)(key, look.date))
        .flatMap((key) => {
        const latest = newestOf.get(key.name);
        if (latest === undefined || latest.id === key.id || (0,audit_policy/* isForAJob */.Mu)(key))
            return [];
        if ((0,rules/* sparedBy */.jB)([key], latest).length === 0 || holdersOf(key, look).length > 0)
            return [];
        return [{ key, until: (0,rules/* sparedUntil */.g9)(key) }];
    });
}

// EXTERNAL MODULE: ./lib/config/key-name.js
var key_name = __nccwpck_require__(9841);
// EXTERNAL MODULE: ./lib/config/credential/empty-secrets.js
var empty_secrets = __nccwpck_require__(887);
// EXTERNAL MODULE: ./lib/config/reader.js
var config_reader = __nccwpck_require__(1395);
// EXTERNAL MODULE: ./lib/config/table.js
var table = __nccwpck_require__(1582);
// EXTERNAL MODULE: ./lib/config/load/access.js + 1 modules
var load_access = __nccwpck_require__(3242);
// EXTERNAL MODULE: ./lib/config/load/key.js
var load_key = __nccwpck_require__(3784);
// EXTERNAL MODULE: ./lib/config/load/rotate-targets.js
var rotate_targets = __nccwpck_require__(6015);
// EXTERNAL MODULE: ./lib/config/load/warnings.js
var load_warnings = __nccwpck_require__(8298);
;// CONCATENATED MODULE: ./lib/config/load/audit.js








/**
 * The inputs of the audit, from the runner's variables. Credentials are masked before anything else; every
 * problem is found, not only the first; nothing is called.
 */
function loadAuditInputs(env, secrets) {
    const reader = new config_reader/* InputReader */.i(env, secrets, 'audit');
    const { credential, here: _here, host, ...services } = (0,load_access/* readAccess */.zS)(reader, env, secrets);
    const keyName = (0,load_key/* givenKeyName */.er)(reader) || undefined;
    const targets = (0,rotate_targets/* readTargetList */.O0)(reader, table/* INPUTS */.mc['secret-name'].verbs.rotate.default).map((target) => ({
        target,
        keyName: keyName ?? (0,key_name/* defaultKeyName */.uL)(target, host),
    }));
    // All of that is in the report.
    const named = keyName !== undefined && reader.refuseCredential('key-name', keyName);
    if (!named)
        targets.some(({ target: { label, secretName }, keyName: name }) => [label, secretName, name].some((text) => reader.refuseCredential('targets', text)));
    if (targets.length > 0 && !reader.isGiven('github-token')) {
        const { reason, fix } = (0,empty_secrets/* whyEmpty */.w)(env, ['github-token']);
        reader.problem('github-token', {
            message: `is empty, but \`targets\` was given, and secrets can only be looked at with a token: ${reason}`,
            fix: `${fix}; or leave \`targets\` out`,
        });
    }
    const policy = {
        maxAge: reader.duration('max-age') ?? 0,
        expiringWithin: reader.duration('expiring-within') ?? 0,
        unusedFor: reader.duration('unused-for') ?? 0,
        requireExpiry: reader.boolean('require-expiry'),
    };
    const failOn = reader.choice('fail-on') ?? 'error';
    const { problems, warnings } = reader;
    if (credential === undefined || problems.length > 0)
        return { ok: false, problems, warnings, credential };
    const value = { ...services, credential, keyName, targets, policy, failOn };
    return { ok: true, value, warnings: [...warnings, ...(0,load_warnings/* refreshTokenWarnings */.AP)(value, reader)] };
}

// EXTERNAL MODULE: ./lib/github/targets/create-target.js + 7 modules
var create_target = __nccwpck_require__(7745);
// EXTERNAL MODULE: ./lib/messages/failure.js
var messages_failure = __nccwpck_require__(6974);
// EXTERNAL MODULE: ./lib/messages/log.js
var messages_log = __nccwpck_require__(5918);
// EXTERNAL MODULE: ./lib/messages/words.js
var words = __nccwpck_require__(2897);
// EXTERNAL MODULE: ./lib/messages/markdown.js
var markdown = __nccwpck_require__(759);
// EXTERNAL MODULE: ./lib/messages/summary.js
var messages_summary = __nccwpck_require__(1724);
;// CONCATENATED MODULE: ./lib/messages/bounded.js
/**
 * What an output may take. The next step often reads it from an environment variable, and Linux takes no variable of
 * more than 128 KiB (MAX_ARG_STRLEN), its name included.
 */
const MOST_OUTPUT_BYTES = 100 * 1024;
/**
 * The text with as many entries as fit.
 * @param render the text with the first `shown` of them, longer the more there are
 */
function bounded(entries, render) {
    const fits = (text) => Buffer.byteLength(text) <= MOST_OUTPUT_BYTES;
    const all = render(entries);
    if (fits(all))
        return { text: all, omitted: 0 };
    let [fitting, tooMany] = [0, entries];
    while (tooMany - fitting > 1) {
        const half = Math.floor((fitting + tooMany) / 2);
        if (fits(render(half)))
            fitting = half;
        else
            tooMany = half;
    }
    return { text: render(fitting), omitted: entries - fitting };
}
/** A JSON array of ids, the first ones. */
function boundedIds(ids) {
    return bounded(ids.length, (shown) => JSON.stringify(ids.slice(0, shown)));
}

;// CONCATENATED MODULE: ./lib/messages/audit/report.js


/** Rows of a list at the most, and fewer where they do not fit. */
const MOST_ROWS = 200;
const NAME_CHARACTERS = 255;
/**
 * The output `report`; its form is docs/audit-report.schema.json. What does not fit into an output is left out from the
 * ends of the lists, and counted.
 */
function reportJson(result, quote) {
    return bounded(MOST_ROWS, (rows) => reportOf(result, quote, rows)).text;
}
function reportOf(result, quote, rows) {
    const { look, findings, keys, keyName, notes } = result;
    const sparedUntil = new Map(result.spared.map(({ key, until }) => [key.id, (0,words/* afterText */.gm)(until)]));
    const name = (text) => quote(text, NAME_CHARACTERS);
    return JSON.stringify({
        version: 1,
        generatedAt: (0,words/* instantText */.Xx)(look.date),
        keyName: keyName === undefined ? null : name(keyName),
        account: {
            plan: look.plan ?? null,
            places: look.places === undefined || !Number.isFinite(look.places) ? null : look.places,
            active: look.keys.filter((key) => key.isActive).length,
        },
        counts: countsOf(findings),
        findings: findings.slice(0, rows).map((finding) => ({
            kind: finding.kind,
            level: finding.level,
            message: finding.message,
            since: timeOrNull(finding.since),
            fix: finding.fix,
            keys: finding.keys.slice(0, rows),
            keysOmitted: Math.max(0, finding.keys.length - rows),
            secret: finding.place ?? null,
        })),
        keys: keys.slice(0, rows).map((key) => ({
            id: key.id,
            name: name(key.name),
            state: stateOf(key, look.date),
            createdAt: (0,words/* instantText */.Xx)(key.createdAt),
            expiresAt: timeOrNull(key.expiresAt),
            lastUsed: timeOrNull(key.lastUsed),
            sparedUntil: sparedUntil.get(key.id) ?? null,
        })),
        secrets: look.secrets.slice(0, rows).map(({ place, updatedAt, keyName: of }, index) => ({
            ...place,
            keyName: name(of),
            updatedAt: timeOrNull(updatedAt),
            keyId: result.current[index]?.id ?? null,
        })),
        omitted: {
            findings: Math.max(0, findings.length - rows),
            keys: Math.max(0, keys.length - rows),
            secrets: Math.max(0, look.secrets.length - rows),
        },
        notes,
    });
}
function countsOf(findings) {
    const of = (level) => findings.filter((finding) => finding.level === level).length;
    return { error: of('error'), warning: of('warning'), notice: of('notice') };
}
function stateOf({ isActive, expiresAt }, date) {
    if (!isActive)
        return 'revoked';
    return expiresAt !== undefined && expiresAt < date ? 'expired' : 'active';
}
function timeOrNull(instant) {
    return instant === undefined ? null : (0,words/* instantText */.Xx)(instant);
}

;// CONCATENATED MODULE: ./lib/messages/audit/words.js

const TITLE = {
    'expired-active': 'Expired, yet active',
    'expires-soon': 'Expires soon',
    'no-expiry': 'Never expires',
    'too-old': 'Too old',
    unused: 'Not used',
    orphaned: 'In no secret',
    'duplicate-name': 'Several keys of one name',
    'secret-outdated': 'Secret older than its key',
    'secret-dead': 'Secret holds a revoked key',
    'secret-doubtful': 'Secret may hold a revoked key',
    quota: 'Plan nearly full',
    'writer-token': 'Writer token expires soon',
};
const NOTE_TEXT = {
    'clocks-apart': 'the clocks of MUTX and GitHub differ by more than 30 s, so nothing can be said about secrets',
    'no-date': "MUTX sends no date with its replies: this machine's clock was used, and nothing is said about secrets",
    'account-unreadable': "the account's plan is not known, so nothing can be said about its places",
    'older-unread': 'older keys were not read, so nothing is said about them',
};
/** @param date of the look */
function toldFinding(finding, date, quote) {
    const { kind, level, since } = finding;
    return { kind, level, since, title: TITLE[kind], ...wordsOf(finding, date, quote) };
}
function wordsOf(finding, date, quote) {
    const about = (key, what, fix, place) => ({
        message: `key ${quote(key.name)} (${key.id}) ${what}`,
        fix,
        keys: [key.id],
        place,
    });
    switch (finding.kind) {
        case 'expired-active': {
            const { key, heldBy } = finding;
            return heldBy.length === 0
                ? about(key, 'has expired and still takes a place of the plan', revokeFix(key))
                : about(key, `has expired, and is held by ${places(heldBy)}`, ROTATE, heldBy[0]);
        }
        case 'expires-soon': {
            const { key, heldBy } = finding;
            const left = (0,words/* durationText */.S5)((key.expiresAt ?? date) - date);
            const where = heldBy.length === 0 ? '' : `, and is held by ${places(heldBy)}`;
            return about(key, `expires in ${left}${where}`, ROTATE, heldBy[0]);
        }
        case 'no-expiry':
            return about(finding.key, 'never expires: a copy of it works for ever', REPLACE);
        case 'too-old':
            return about(finding.key, `is ${days(finding.age)} old`, REPLACE);
        case 'unused': {
            const { key } = finding;
            const what = key.lastUsed === undefined
                ? `was never used since it was made ${days(date - key.createdAt)} ago`
                : `was not used for ${days(date - key.lastUsed)}`;
            return about(key, what, `if nobody needs it, ${revokeFix(key)}`);
        }
        case 'orphaned': {
            const { key, how, used } = finding;
            const what = how === 'never-stored'
                ? 'was never stored in any target'
                : 'was superseded and is in no target any more';
            return used
                ? about(key, `is used, although it ${what}: somebody has a copy of it`, leakFix(key))
                : about(key, what, revokeFix(key));
        }
        case 'duplicate-name': {
            const { keys } = finding;
            const [latest] = keys;
            const ids = (0,words/* someOf */.yU)(keys.map(({ id }) => id), 'the report');
            return {
                message: `${keys.length} active keys are named ${quote(latest?.name ?? '')}: ${ids}`,
                fix: 'revoke those that nobody needs, with `mutx/api-key-action/revoke` and `key-ids`, or give each use a name of its own',
                keys: keys.map(({ id }) => id),
                place: undefined,
            };
        }
        case 'secret-outdated': {
            const { key, place, updatedAt, works } = finding;
            const what = updatedAt === undefined
                ? `is stored in other targets, and there is no ${(0,words/* placeText */.Z9)(place)}`
                : `was made after the last write of ${(0,words/* placeText */.Z9)(place)} (${(0,words/* instantText */.Xx)(updatedAt)}): that holds ${held(works)}`;
            return about(key, what, ROTATE, place);
        }
        case 'secret-dead':
        case 'secret-doubtful':
            return deadSecretWords(finding, quote);
        case 'quota': {
            const { plan, places: of, taken } = finding;
            return {
                message: `${taken} of the ${(0,words/* count */.U9)(of, 'place')} in the plan ${plan} are taken for good; a rotation needs one more for a moment`,
                fix: 'revoke keys that nobody needs, expired ones first, or take a larger plan',
                keys: [],
                place: undefined,
            };
        }
        case 'writer-token':
            return {
                message: `the github-token expires at ${(0,words/* instantText */.Xx)(finding.expiresAt)}; after that no secret can be read or written`,
                fix: 'make a new personal access token, or use a GitHub App, whose tokens are made for each run',
                keys: [],
                place: undefined,
            };
    }
}
/** A time as a cell of a table has it: `in 30 days (2026-12-30)`, `9 days ago (2026-11-21)`. The report has it whole. */
function dayText(instant, date) {
    const distance = days(Math.abs(instant - date));
    return `${instant > date ? `in ${distance}` : `${distance} ago`} (${(0,words/* instantText */.Xx)(instant).slice(0, 10)})`;
}
/** Of an id that is beside the name of its key: enough to tell it from the others of that name. */
function shortId(id) {
    return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}
function held(works) {
    if (works === undefined)
        return 'an older key, or none that works';
    return works ? 'an older key' : 'no key that works';
}
/** The keys that a rotation could not revoke yet, a line each. @param date of the look */
function sparedTexts(spared, date, quote) {
    const named = spared.slice(0, words/* MOST_NAMED */.SE).map(({ key, until }) => {
        const which = date > until ? 'the next rotation' : `a rotation after ${(0,words/* afterText */.gm)(until)}`;
        return `key ${quote(key.name)} (${key.id}) was made less than 15 minutes before the newest key of its name, so that it was too young to be revoked then: another run might still have been storing it; ${which} revokes it, or begins its grace period`;
    });
    const more = spared.length - named.length;
    return more > 0 ? [...named, `and ${(0,words/* count */.U9)(more, 'more such key')}`] : named;
}
const ROTATE = 'run the rotation of this key (`mutx/api-key-action`), and see why its schedule has not';
const REPLACE = 'replace it by one that expires, best by a rotation (`mutx/api-key-action`) on a schedule, then revoke it';
function revokeFix({ id }) {
    return `revoke it: \`mutx/api-key-action/revoke\` with \`key-ids: ${id}\``;
}
function leakFix(key) {
    return `find out who uses it; if nobody should, ${revokeFix(key)}, and rotate`;
}
function places(heldBy) {
    return (0,words/* someOf */.yU)(heldBy.map(words/* placeText */.Z9), 'the output `report`');
}
/** `30 days`, `5 h 3 min`. */
function days(duration) {
    const whole = Math.floor(duration / 86_400_000);
    return whole < 1 ? (0,words/* durationText */.S5)(duration) : (0,words/* count */.U9)(whole, 'day');
}
const ROTATE_THIS_KEY = 'run the rotation of this key (`mutx/api-key-action`), which stores a new one';
/** A rotation within a quarter of an hour of the others leaves the same doubt, so it is no answer to it. */
const WAIT_OR_ROTATE = 'nothing, if what uses the secret works: after a repair this is expected, and the next scheduled rotation settles it. If something answers 401, run the rotation of this key (`mutx/api-key-action`)';
/** What is said of a secret whose key does not work, or may not. */
function deadSecretWords(finding, quote) {
    const { place, updatedAt } = finding;
    const where = (0,words/* placeText */.Z9)(place);
    const written = `${where} was last written at ${(0,words/* instantText */.Xx)(updatedAt)}`;
    switch (finding.kind) {
        case 'secret-dead': {
            const { keys } = finding;
            const [key] = keys;
            const about = { fix: ROTATE_THIS_KEY, keys: idsOf(keys), place };
            const name = quote(key?.name ?? '');
            return keys.length === 1
                ? { ...about, message: `key ${name} (${key?.id}) was revoked, and is held by ${where}` }
                : {
                    ...about,
                    message: `${written} and holds one of ${keys.length} keys named ${name}, none of which works any more (${idText(keys)}): what uses it gets 401`,
                };
        }
        case 'secret-doubtful':
            return { place, ...doubtWords(finding.why, written, finding.keyName, quote) };
    }
}
function doubtWords(why, written, keyName, quote) {
    const name = quote(keyName);
    switch (why.kind) {
        case 'newest-dead':
        case 'some-dead': {
            const { kind, candidates, dead } = why;
            const gone = kind === 'newest-dead' ? 'the newest among them' : 'the newest not among them';
            const dies = `${(0,words/* count */.U9)(dead.length, 'does', 'do')} not work any more, ${gone} (${idText(dead)})`;
            const likely = kind === 'newest-dead' ? '' : '. Most likely it holds the newest, which works';
            return {
                message: `${written} and holds one of ${candidates.length} keys named ${name}, of which ${dies}: what uses it may get 401${likely}`,
                fix: kind === 'newest-dead' ? ROTATE_THIS_KEY : WAIT_OR_ROTATE,
                keys: idsOf(dead),
            };
        }
        case 'other-name': {
            const { key } = why;
            const state = why.works ? 'is active' : 'does not work';
            return {
                message: `${written}, and no key is named ${name}. Key ${quote(key.name)} (${key.id}) was made about then and ${state}; whether the secret holds it is not known. If it holds another key, what uses it may get 401`,
                fix: 'audit the secret with the `key-name` of its rotation; the answer is certain then',
                keys: [key.id],
            };
        }
        case 'none':
        case 'saved-again': {
            const { kind, shared, justNow } = why;
            const no = kind === 'none' ? 'could be in it' : 'was made for it then';
            const now = justNow ? '. Or a rotation is storing one just now' : '';
            const by = shared
                ? 'If a person saved it again, or edited its visibility'
                : 'If a person saved it again';
            const older = kind === 'none'
                ? '. If a person saved it by hand, it holds what they saved'
                : `. ${by}, it may hold an older key, which works`;
            return {
                message: `${written}, and no active key named ${name} ${no}: if a rotation wrote it, its key is revoked, and what uses it gets 401${older}${now}`,
                fix: `${ROTATE_THIS_KEY}; if that has another \`key-name\`, audit the secret with it`,
                keys: [],
            };
        }
    }
}
function idsOf(keys) {
    return keys.map(({ id }) => id);
}
function idText(keys) {
    return (0,words/* someOf */.yU)(idsOf(keys), 'the report');
}

;// CONCATENATED MODULE: ./lib/messages/audit/summary.js





/** Rows of each table; the output `report` has more. */
const summary_MOST_ROWS = 100;
const MARK = { error: '❌ error', warning: '⚠️ warning', notice: 'ℹ️ notice' };
/** The job summary of an audit, in GitHub's Markdown; text from outside is escaped. */
function auditSummary(result, quote) {
    const { look, findings, keys, notes } = result;
    const all = findings.length;
    return (0,messages_summary/* page */.MY)(all === 0 ? '✅ MUTX API keys: nothing found' : `MUTX API keys: ${(0,words/* count */.U9)(all, 'finding')}`, [
        `Looked at ${(0,words/* instantText */.Xx)(look.date)}: ${countsText(findings)}.`,
        notes.map((note) => `> ${(0,markdown/* plain */.pj)(NOTE_TEXT[note])}`).join('\n>\n'),
        findingTable(findings, look.date),
        keys.length === 0 ? 'There is no active key.' : keyTable(result, quote),
        sparedTexts(result.spared, look.date, quote)
            .map((text) => `- ${(0,markdown/* plain */.pj)(text)}`)
            .join('\n'),
        secretTable(result, quote),
        timeline(result, quote),
        keys.length > MOST_BARS ? `The timeline shows the first ${MOST_BARS} keys of the table.` : '',
    ]);
}
/** `1 error, 2 warnings, no notice`. */
function countsText(findings) {
    const counts = countsOf(findings);
    return Object.keys(counts)
        .map((level) => (counts[level] === 0 ? `no ${level}` : (0,words/* count */.U9)(counts[level], level)))
        .join(', ');
}
function findingTable(findings, date) {
    if (findings.length === 0)
        return '';
    const rows = findings
        .slice(0, summary_MOST_ROWS)
        .map(({ level, title, message, since, fix }) => [
        MARK[level],
        `**${(0,markdown/* plain */.pj)(title)}**: ${(0,markdown/* plain */.pj)(message)}`,
        since === undefined ? '' : dayText(since, date),
        (0,markdown/* prose */.CS)(fix),
    ]);
    return (0,markdown/* table */.tp)(['', 'What is wrong', 'Since', 'Fix'], rows) + rest(findings.length);
}
/** Six columns are what GitHub's page has room for; ids and times are whole in the output `report`. */
function keyTable({ look, keys }, quote) {
    const rows = keys
        .slice(0, summary_MOST_ROWS)
        .map((key, index) => [
        rowName(index),
        keyCell(key, quote),
        stateOf(key, look.date),
        dayText(key.createdAt, look.date),
        key.expiresAt === undefined ? 'never' : dayText(key.expiresAt, look.date),
        key.lastUsed === undefined ? 'never' : dayText(key.lastUsed, look.date),
    ]);
    return (0,markdown/* table */.tp)(['', 'Key', 'State', 'Created', 'Expires', 'Last used'], rows) + rest(keys.length);
}
function secretTable({ look, current }, quote) {
    if (look.secrets.length === 0)
        return '';
    const rows = look.secrets.slice(0, summary_MOST_ROWS).map(({ place, updatedAt }, index) => {
        const key = current[index];
        return [
            (0,markdown/* code */.aY)(place.target),
            (0,markdown/* code */.aY)(place.secret),
            updatedAt === undefined ? 'there is none' : dayText(updatedAt, look.date),
            key === undefined ? 'not known' : keyCell(key, quote),
        ];
    });
    return (0,markdown/* table */.tp)(['Target', 'Secret', 'Last written', 'Holds key'], rows) + rest(look.secrets.length);
}
function keyCell({ name, id }, quote) {
    return `${(0,markdown/* code */.aY)(quote(name))} ${(0,markdown/* code */.aY)(shortId(id))}`;
}
function rest(all) {
    return all > summary_MOST_ROWS ? `\n\n… and ${all - summary_MOST_ROWS} more; the output \`report\` has more of them.` : '';
}
/** More bars than this nobody reads. */
const MOST_BARS = 40;
const summary_NAME_CHARACTERS = 40;
/** What lies further away is drawn at the edge, or one key of 1970 would press all others into a line. */
const HORIZON = 400 * 24 * 60 * 60_000;
/**
 * The keys' lives as a Mermaid Gantt chart. Names are anybody's text, and Mermaid has no way to quote it: what is
 * not a letter, a digit or harmless becomes `_`, and no line begins with a name, where it could be a keyword.
 * https://mermaid.js.org/syntax/gantt.html
 */
function timeline({ look, keys, findings }, quote) {
    if (keys.length === 0)
        return '';
    const bad = new Set(findings.filter(({ level }) => level !== 'notice').flatMap((finding) => finding.keys));
    const bars = keys.slice(0, MOST_BARS).map((key, index) => {
        const label = [
            rowName(index),
            harmless(quote(key.name)),
            key.expiresAt === undefined ? 'never expires' : '',
        ];
        const start = Math.min(key.createdAt, look.date);
        const end = Math.max(key.expiresAt ?? look.date, start + 60_000);
        const times = [time(start, look.date), time(end, look.date)];
        const tag = bad.has(key.id) ? 'crit' : stateTag(key, look.date);
        return `  ${label.filter((part) => part !== '').join(' ')} :${[tag, ...times].join(', ')}`;
    });
    return (0,markdown/* block */.om)('mermaid', [
        'gantt',
        '  dateFormat YYYY-MM-DD HH:mm',
        '  axisFormat %Y-%m-%d',
        '  section Keys',
        ...bars,
    ]);
}
/** How the table and the chart call a key: `K1`. */
function rowName(index) {
    return `K${index + 1}`;
}
function stateTag(key, date) {
    return stateOf(key, date) === 'active' ? 'active' : 'done';
}
function harmless(name) {
    const flat = name.replace(/[^\p{L}\p{N} ./@_-]+/gu, '_').trim();
    return [...flat].slice(0, summary_NAME_CHARACTERS).join('');
}
/** `2026-11-23 21:14`, in UTC. */
function time(instant, date) {
    const near = Math.min(date + HORIZON, Math.max(date - HORIZON, instant));
    return new Date(near).toISOString().slice(0, 16).replace('T', ' ');
}

;// CONCATENATED MODULE: ./lib/messages/audit/audit.js





/** GitHub shows ten annotations of a level for each step, and the failure of the run is one of them. */
const MOST_ANNOTATIONS = 9;
/** More lines of the log than this nobody reads. */
const MOST_LINES = 500;
const UNCHANGED = 'nothing was changed: an audit only reads';
/** Renders the events of an audit as they come. */
function logAudit(event, sink) {
    switch (event.type) {
        case 'listed':
            sink.line(`✓ keys listed: ${(0,words/* count */.U9)(event.active, 'active key')} (${(0,words/* durationText */.S5)(event.ms)})`);
            break;
        case 'secrets-read':
            sink.line(`✓ dates of ${(0,words/* count */.U9)(event.secrets, 'secret')} read (${(0,words/* durationText */.S5)(event.ms)})`);
            break;
        case 'note': {
            // Told when the list was read, whatever reads it.
            if (event.note === 'older-unread')
                break;
            const why = event.failure === undefined ? '' : `: ${event.failure.message}`;
            sink.warning({ title: 'The audit is not complete', message: `${NOTE_TEXT[event.note]}${why}` });
            break;
        }
        case 'retrying':
            sink.line((0,messages_log/* retryText */.qL)(event.failure, event.attempt, event.wait));
            break;
    }
}
/** The findings as annotations, as far as GitHub shows them, and the others as lines of the log. */
function tellFindings(findings, sink) {
    sink.line(`Found: ${countsText(findings)}`);
    for (const level of ['error', 'warning', 'notice']) {
        const ofLevel = findings.filter((finding) => finding.level === level);
        const shown = ofLevel.length <= MOST_ANNOTATIONS ? ofLevel : ofLevel.slice(0, MOST_ANNOTATIONS - 1);
        for (const finding of shown)
            sink[level]({ title: finding.title, message: findingText(finding) });
        const more = ofLevel.slice(shown.length);
        if (more.length === 0)
            continue;
        const message = `${more.length} more findings of this level are in the log and in the output \`report\``;
        sink[level]({ title: 'More findings', message });
        for (const finding of more.slice(0, MOST_LINES))
            sink.line(`${level}: ${findingText(finding)}`);
    }
}
function findingText({ message, since, fix }) {
    const when = since === undefined ? '' : ` (since ${(0,words/* instantText */.Xx)(since)})`;
    return `${message}${when}. Fix: ${fix}`;
}
const FAILING = {
    none: new Set(),
    warning: new Set(['error', 'warning']),
    error: new Set(['error']),
};
/** Why the run fails for what was found; undefined: it does not. */
function findingsFailure(findings, failOn) {
    const failing = findings.filter(({ level }) => FAILING[failOn].has(level));
    if (failing.length === 0)
        return undefined;
    return (0,messages_failure/* earlyFailure */.iF)({
        code: 'findings',
        message: `the audit found ${(0,words/* count */.U9)(failing.length, 'thing')} that \`fail-on: ${failOn}\` does not let pass`,
        state: [UNCHANGED],
    });
}
/** The keys or the secrets could not be read. @param now by this machine's clock */
function auditFailure(failures, now) {
    return (0,messages_failure/* earlyFailure */.iF)({
        code: 'look-failed',
        message: 'the keys or the secrets could not be read, so there is no report',
        calls: failures,
        state: [UNCHANGED],
        retryAt: (0,messages_failure/* retryAtOf */.ds)(failures, now),
    });
}

// EXTERNAL MODULE: ./lib/commands/connect.js + 14 modules
var connect = __nccwpck_require__(1432);
// EXTERNAL MODULE: ./lib/messages/sink.js
var messages_sink = __nccwpck_require__(2425);
;// CONCATENATED MODULE: ./lib/commands/outputs.js


/**
 * Sets the outputs of a verb whose work is done whether or not they can be handed on: one that cannot stays absent, and a
 * warning says so.
 */
function handOn(outputs, sink) {
    const absent = new Map();
    for (const [name, value] of outputs) {
        const { text, omitted } = typeof value === 'string' ? { text: value, omitted: 0 } : value;
        try {
            sink.output(name, text);
        }
        catch (error) {
            if (!(error instanceof messages_sink/* NotHandedOn */.TS))
                throw error;
            absent.set(error.message, [...(absent.get(error.message) ?? []), name]);
            continue;
        }
        if (omitted === 0)
            continue;
        const message = `\`${name}\` would take more than 100 KiB, so ${(0,words/* count */.U9)(omitted, 'entry', 'entries')} of it ${omitted === 1 ? 'was' : 'were'} left out; the log has all of them`;
        sink.warning({ title: 'Output cut', message });
    }
    for (const [why, names] of absent) {
        const message = `${(0,words/* list */.p_)(names.map((name) => `\`${name}\``))} ${names.length === 1 ? 'was' : 'were'} not set: ${why}. The log says what this step did`;
        sink.warning({ title: 'Outputs not set', message });
    }
}

// EXTERNAL MODULE: ./lib/commands/usable-inputs.js + 2 modules
var usable_inputs = __nccwpck_require__(2815);
;// CONCATENATED MODULE: ./lib/commands/audit.js














/** The action that audits: inputs → session → a look → findings → log, outputs, summary. */
async function auditCommand(context) {
    const { env, secrets, sink, gate, unfinished, fail } = context;
    const inputs = await (0,usable_inputs/* usableInputs */._)(loadAuditInputs(env, secrets), context);
    if (inputs === undefined)
        return;
    const { targets, keyName } = inputs;
    const keyNames = new Set([
        ...targets.map((one) => one.keyName),
        ...(keyName === undefined ? [] : [keyName]),
    ]);
    const connection = (0,connect/* connect */.Ng)(inputs, context, { tokenExpiryIsTold: true, keyNames });
    const notes = [];
    const looked = await (0,connect/* inSession */.Cp)(connection, inputs, context, () => {
        unfinished.state = () => ['nothing was changed: an audit only reads'];
        const { report, ...ports } = portsOf(inputs, connection, context);
        const look = readAuditSnapshot({
            ...ports,
            report: (event) => {
                if (event.type === 'note')
                    notes.push(event.note);
                report(event);
            },
        });
        return gate.pass(look);
    });
    if (looked === undefined)
        return;
    if (!looked.ok)
        return fail(auditFailure(looked.failures, connection.clock.now()));
    const quote = (name) => secrets.quote(name, 100);
    const namesMadeHere = new Set(looked.look.keys.map(({ name }) => name).filter(key_name/* isMadeHere */.WJ));
    const result = resultOf({ ...looked.look, namesMadeHere }, inputs, notes, quote);
    const report = reportJson(result, (text, max) => secrets.quote(text, max));
    handOn(Object.entries({ report, findings: String(result.findings.length) }), sink);
    tellFindings(result.findings, sink);
    for (const text of sparedTexts(result.spared, result.look.date, quote))
        sink.line(text);
    const summary = auditSummary(result, quote);
    const failure = findingsFailure(result.findings, inputs.failOn);
    if (failure === undefined)
        sink.summary(summary);
    else
        fail(failure, summary);
}
function resultOf(look, { policy, keyName }, notes, quote) {
    const findings = findAll(look, policy, keyName).map((finding) => toldFinding(finding, look.date, quote));
    const named = (0,rules/* keysByName */.nm)(look.keys);
    const current = look.secrets.map((secret) => look.clocksApart ? undefined : (0,rules/* currentOf */.$c)(secret, named.get(secret.keyName) ?? []));
    const told = new Set(findings.flatMap(({ keys }) => keys));
    const held = new Set(current.flatMap((key) => key?.id ?? []));
    const shown = look.keys.filter((key) => held.has(key.id) || (key.isActive && (keyName === undefined || key.name === keyName)));
    const keys = shown.toSorted((a, b) => Number(told.has(b.id)) - Number(told.has(a.id)) || b.createdAt - a.createdAt);
    // A key that is in no secret is told as that.
    const orphaned = new Set(findings.flatMap(({ kind, keys: of }) => (kind === 'orphaned' ? of : [])));
    const spared = sparedBeside(keys.filter(({ id }) => !orphaned.has(id)), look);
    return { look, findings, keys, current, spared, keyName, notes };
}
function portsOf({ targets }, { keys, github, clock, session }, { secrets, sink }) {
    return {
        keys,
        targets: targets.flatMap(({ target, keyName }) => github === undefined ? [] : [{ keyName, target: (0,create_target/* createTarget */.Y)(target, { github, secrets }) }]),
        clock,
        random: Math.random,
        sessionEndsAt: session.endsAt,
        tokenExpiresAt: () => github?.tokenExpiresAt,
        report: (event) => logAudit(event, sink),
    };
}

// EXTERNAL MODULE: ./lib/config/environment-names.js
var environment_names = __nccwpck_require__(7490);
;// CONCATENATED MODULE: ./lib/config/runner-run.js

/** What the runner says of this run; each of them a part of a name, and so of a form that a sweep knows again. */
const RUN = [
    ['GITHUB_RUN_ID', 'run', /^[1-9]\d{0,19}$/, 'a whole number'],
    ['GITHUB_RUN_ATTEMPT', 'attempt', /^[1-9]\d{0,5}$/, 'a whole number'],
    ['GITHUB_JOB', 'job', /^[A-Za-z_][\w-]*$/, 'the id of a job: letters, digits, `_` and `-`'],
];
/** The run that a runner tells of; what it does not tell is noted as a problem. */
function readRun(reader, env) {
    const read = { run: '1', attempt: '1', job: 'unreadable' };
    for (const [input, part, form, allowed] of RUN) {
        const text = env[input] ?? '';
        if (form.test(text))
            read[part] = text;
        else {
            reader.problems.push({
                input,
                message: "is not what the key's default name is made of; the runner sets it",
                allowed,
                fix: 'give `key-name`; outside of GitHub Actions, you can also set the variable yourself',
            });
        }
    }
    return { ...read, random: (0,key_name/* randomDigits */.SG)() };
}

;// CONCATENATED MODULE: ./lib/config/load/ephemeral.js






/** The longest a job runs on GitHub's own runners. */
const LONGEST_JOB = 6 * 3_600_000;
/** How a key that does not outlive what it is made for was asked for. */
function readEphemeralSettings(reader, { prefix, run }) {
    const given = (0,load_key/* givenKeyName */.er)(reader);
    return {
        keyName: given === '' ? (0,key_name/* perRunName */.wC)(prefix(), run()) : given,
        unique: given === '',
        expiresInDays: reader.integer('expires-in-days'),
        quotaWait: reader.duration('quota-wait') ?? 0,
        verify: reader.boolean('verify'),
        sweep: readSweep(reader, prefix),
    };
}
function readSweep(reader, prefix) {
    const after = reader.duration('sweep-after');
    return reader.boolean('sweep') ? { prefix: prefix(), after } : undefined;
}
function ephemeralWarnings({ sweep, unique, keyName }) {
    const sweepsEarly = sweep?.after !== undefined && sweep.after < LONGEST_JOB;
    return [
        ...(sweepsEarly
            ? [
                '`sweep-after` is shorter than the 6 hours that a job may run: keys of jobs that are still running would be swept',
            ]
            : []),
        ...(!unique && (0,key_name/* isMadeHere */.WJ)(keyName)
            ? [
                '`key-name` is one of the names that this action derives for keys in secrets and for jobs: a rotation or a sweep of that name takes the key of this job for its own and can revoke it while the job runs; choose another name, or leave the input out',
            ]
            : []),
    ];
}
/**
 * The inputs of the action that makes a key for one job, from the runner's variables. Every problem is found, not
 * only the first; nothing is called.
 * @param env the process's environment: `INPUT_*`, and `GITHUB_*` for the run and its job
 */
function loadEphemeralInputs(env, secrets) {
    const reader = new config_reader/* InputReader */.i(env, secrets, 'ephemeral');
    const { credential, here, host, ...services } = (0,load_access/* readAccess */.zS)(reader, env, secrets);
    const settings = readEphemeralSettings(reader, {
        prefix: () => (0,key_name/* perRunPrefix */.v$)(here(), host),
        run: () => readRun(reader, env),
    });
    const envName = (0,environment_names/* readEnvName */.Hc)(reader);
    // Both go into the note for the post step, which would be withheld, and the key be left behind.
    reader.refuseCredential('key-name', settings.keyName);
    reader.refuseCredential('api-url', services.apiUrl.href);
    const { problems, warnings } = reader;
    if (credential === undefined || problems.length > 0)
        return { ok: false, problems, warnings, credential };
    const value = { ...services, credential, settings, envName };
    return { ok: true, value, warnings: [...warnings, ...ephemeralWarnings(settings)] };
}
/**
 * The credential among the inputs, for the post step; undefined: there is none that can be used. In a nested
 * composite the runner gives that step no inputs, or those of another action, so nothing is wrong with that.
 */
function loadEphemeralCredential(env, secrets) {
    return (0,load_access/* readAccess */.zS)(new config_reader/* InputReader */.i(env, secrets, 'ephemeral'), env, secrets).credential;
}

;// CONCATENATED MODULE: ./lib/ephemeral/calls.js


/** Calls with retries, told as they happen, and no longer than patience and the session last. */
class Calls {
    report;
    #retrying;
    #patience;
    #sessionEndsAt;
    /**
     * @param sessionEndsAt or whatever else no wait may outlive
     * @param patience how long a single call may be tried again, waits included
     */
    constructor({ clock, random, report }, sessionEndsAt, patience = limits/* CALL_PATIENCE */.L7) {
        this.report = report;
        this.#sessionEndsAt = sessionEndsAt;
        this.#patience = patience;
        this.#retrying = {
            clock,
            random,
            onRetry: (failure, attempt, wait) => report({ type: 'retrying', failure, attempt, wait }),
        };
    }
    /** An idempotent call, unless the policy says otherwise. */
    call(attempt, policy = retry/* idempotent */.yB) {
        const watch = new retry/* Stopwatch */.eM(this.#retrying.clock);
        const timeLeft = () => Math.min(this.#patience - watch.elapsed(), this.sessionLeft());
        return (0,retry/* tryCall */.O9)(attempt, policy(timeLeft), this.#retrying);
    }
    /** Infinite for a session that does not end. */
    sessionLeft() {
        const ends = this.#sessionEndsAt;
        return ends === undefined ? Number.POSITIVE_INFINITY : ends - this.#retrying.clock.now();
    }
    warn(code, message) {
        this.report({ type: 'warning', code, message });
    }
}

;// CONCATENATED MODULE: ./lib/ephemeral/deletion.js


/**
 * Revokes a key, and believes a 404 for its DELETE only together with a list that is read after it: any server has a 404
 * for what it does not know. A key that the list shows as active is revoked once more.
 * @param isNew the key was made a moment ago, so that a list without it may be older than the key
 * @returns a failure of the kind `unclear` where it is not known what became of the key
 */
async function revokeKey(id, keys, calls, { isNew = false } = {}) {
    const { reply: first, unclear } = await (0,retry/* notingUnclear */.Gz)((attempt) => calls.call(attempt), () => keys.revoke(id));
    if (!first.ok)
        return unclear ? { ok: false, failure: unknown(first.failure) } : first;
    if (first.value === 'revoked')
        return first;
    const list = await calls.call(() => keys.newest());
    if (!list.ok)
        return { ok: false, failure: unknown(list.failure) };
    const failure = (0,rules/* whyNotGone */.z7)(id, list, isNew);
    if (failure === undefined)
        return first;
    const again = await calls.call(() => keys.revoke(id));
    if (!again.ok)
        return { ok: false, failure: unknown(again.failure) };
    return again.value === 'gone' ? { ok: false, failure } : again;
}
/** Refused now, and perhaps done before: by a try that got no clear answer, or because a 404 said so. */
function unknown(failure) {
    return { ...failure, kind: 'unclear' };
}

;// CONCATENATED MODULE: ./lib/ephemeral/release.js




/** What is over does not stay for long: how long one call may be tried again; one wait at MUTX's limit fits. */
const release_PATIENCE = limits/* RATE_LIMIT_WAIT */.rH + 30_000;
/** How far this machine's clock may be ahead of MUTX's. */
const LEEWAY = 60_000;
/**
 * Revokes the key that may be there, by the first way that works. Whatever happens is a result; a second run
 * of it would do no harm.
 * @param remains undefined: the first step left no word
 * @param ways in the order in which they are to be tried
 */
async function releaseKey(remains, ways, ports) {
    if (remains === undefined)
        return { kind: 'unset' };
    const calls = new Calls(ports, undefined, release_PATIENCE);
    switch (remains.stage) {
        case 'nothing':
            return { kind: 'skipped' };
        case 'asked':
            return lookForIt(remains, ways, calls);
        case 'minted':
            return revokeIt(remains, ways, calls, ports);
    }
}
async function lookForIt({ name, unique }, ways, calls) {
    const failures = [];
    // Under a name that others use, too, nobody could tell which key it is.
    for await (const { reply } of tried(unique ? ways : [], (keys) => revokeOrphans(keys, calls, name))) {
        if (!reply.ok)
            failures.push(reply.failure);
        else if (reply.value.length === 0)
            return { kind: 'none-found', name };
        else
            return { kind: 'revoked', ids: reply.value, expired: false };
    }
    return { kind: 'failed', id: undefined, name, expiresAt: undefined, unique, failures };
}
async function revokeIt(remains, ways, calls, { clock }) {
    const { id, name, expiresAt, unique } = remains;
    const expired = expiresAt !== undefined && clock.now() > expiresAt + LEEWAY;
    const failures = [];
    for await (const { by, reply } of tried(ways, (keys) => revokeBoth(keys, remains, calls))) {
        if (!reply.ok)
            failures.push(reply.failure);
        else if (reply.value === 'gone') {
            // A list without the key may be older than the key, so the key has the last word where it is at hand.
            if (!(await isTaken(ways, calls)))
                return { kind: 'gone', id };
            failures.push((0,rules/* notListed */.NL)(id));
            break;
        }
        else
            return { kind: 'revoked', ids: reply.value, expired: expired && by !== 'key' };
    }
    // The clock of this machine may be wrong, so the key has the last word where it is at hand.
    const dead = await isDead(ways, failures, calls);
    if (expired && dead !== false)
        return { kind: 'expired', id, expiresAt };
    if (dead === true)
        return { kind: 'gone', id };
    return { kind: 'failed', id, name, expiresAt, unique, failures };
}
/** What lost creates left first: a key that revokes itself can do nothing afterwards. */
async function revokeBoth(keys, { id, name, unique, strays }, calls) {
    const others = strays && unique ? await revokeOrphans(keys, calls, name, id) : undefined;
    const own = await revokeKey(id, keys, calls);
    if (!own.ok)
        return own;
    if (others?.ok === false) {
        calls.warn('revocation-failed', `another key named ${name} may exist, made by a create whose reply was lost: ${others.failure.message}`);
    }
    const ids = others?.ok === true ? others.value : [];
    return own.value === 'gone' && ids.length === 0
        ? { ...own, value: 'gone' }
        : { ...own, value: [...ids, id] };
}
/** Whether MUTX takes the key; false where it is not at hand. */
async function isTaken(ways, calls) {
    const ask = ways.find(({ kind }) => kind === 'key')?.works;
    return ask !== undefined && (await calls.call(ask)).ok;
}
/**
 * Whether what every way was refused for is that the key does not exist any more: then it does not work either.
 * @returns undefined where the key is not at hand to be asked
 */
async function isDead(ways, failures, calls) {
    const works = ways.find(({ kind }) => kind === 'key')?.works;
    if (works === undefined)
        return undefined;
    if (!failures.every(isAboutCredential))
        return false;
    const reply = await calls.call(works);
    // 403 is said of a key that exists, or by something in front of MUTX.
    return !reply.ok && reply.failure.kind === 'refused' && reply.failure.status === 401;
}
/** Each way in turn, until the caller has what it wants, or it is not the way that fails. */
async function* tried(ways, work) {
    for (const way of ways) {
        const shut = await way.open();
        const reply = shut === undefined ? await work(way.keys) : { ok: false, failure: shut };
        yield { by: way.kind, reply };
        if (!reply.ok && !isAboutCredential(reply.failure))
            return;
    }
}
/** MUTX does not take this credential, and may take another. */
function isAboutCredential({ status }) {
    return status === 401 || status === 403;
}
/**
 * Revokes every active key of exactly this name but one. Only for a name that nobody else uses: what bears it was
 * made by a create whose reply was lost.
 * @returns the ids of those that were revoked here
 */
async function revokeOrphans(keys, calls, name, but) {
    const list = await calls.call(() => keys.newest());
    if (!list.ok)
        return list;
    const strays = list.value.filter((key) => key.isActive && key.name === name && key.id !== but);
    const revoked = [];
    for (const { id } of strays) {
        const reply = await revokeKey(id, keys, calls);
        if (!reply.ok)
            return reply;
        // Gone: somebody else revoked it.
        if (reply.value === 'gone')
            continue;
        calls.report({ type: 'revoked', id, because: 'reply-lost' });
        revoked.push(id);
    }
    return { ...list, value: revoked };
}

// EXTERNAL MODULE: ./lib/core/time.js
var core_time = __nccwpck_require__(4258);
;// CONCATENATED MODULE: ./lib/ephemeral/sweep.js



/** After the prefix, to the end: `{run_id}.{attempt}/{job}/{random}`; a job that is too long is cut and hashed. */
const REST = /^[1-9]\d{0,19}\.[1-9]\d{0,5}\/[A-Za-z_][\w-]*(?:~[0-9a-f]{16})?\/[0-9a-f]{12}$/;
/** How long one call of a sweep for a place may be tried again: it is not what the job waits for. */
const SWEEP_PATIENCE = 30_000;
/** Revoked by one sweep for a place at most. */
const MOST = 20;
/** Revoked beside the making of a key at most, all at the same time. */
const MOST_BESIDE = 5;
/** Nothing of a sweep beside the making of a key starts later than this. */
const LONGEST_BESIDE = 10_000;
/** Where the clocks of MUTX and of this machine are further apart, one of them is wrong, and nothing counts as over. */
const LARGEST_DIFFERENCE = limits/* FENCE */.AK;
/** Pages of the newest thousand keys. */
const PAGES = 10;
/** Whether a name is one of this repository's own per-run names: all of it, not how it begins. */
function isPerRunName(name, prefix) {
    return name.startsWith(prefix) && REST.test(name.slice(prefix.length));
}
/**
 * Why this key may be swept; undefined: it may not. Its times are MUTX's; that `date` can be compared with them is for the
 * caller to find out. Never the key of this step itself.
 * @param date of the reply that the record came with; a server that gives none has nothing swept
 */
function leftBehind(key, { prefix, after, own }, date) {
    if (!key.isActive || key.name === own || !isPerRunName(key.name, prefix))
        return undefined;
    if (key.expiresAt !== undefined && key.expiresAt + limits/* MARGIN */.jS < date)
        return 'expired';
    return after !== undefined && key.createdAt + after + limits/* MARGIN */.jS < date ? 'old' : undefined;
}
/**
 * Revokes what earlier runs of this repository left behind, where the plan has no place. That it fails is a warning: it
 * is not the errand.
 * @returns how many keys are revoked now
 */
async function sweepForRoom(calls, { keys, clock }, settings) {
    const watch = new retry/* Stopwatch */.eM(clock);
    const list = await calls.call(() => keys.newest());
    if (!list.ok) {
        notLookedFor(calls, list.failure.message);
        return 0;
    }
    const found = foundIn(list.value, list.date, clock.now(), settings, calls);
    if (found === undefined)
        return 0;
    if (found.length > 0 && !(await isConfirmed(list.date, calls, keys, watch)))
        return 0;
    let revoked = 0;
    for (const one of found.slice(0, MOST)) {
        const became = await revokeOne(one, calls, (attempt) => calls.call(attempt), keys);
        if (became === 'failed')
            break;
        if (became === 'revoked')
            revoked += 1;
    }
    calls.report({ type: 'sweep-ended', revoked, more: found.length > revoked });
    return revoked;
}
/** One `Date` that is ahead would make the keys of running jobs look expired: another reply has to say the same. */
async function isConfirmed(date, calls, keys, watch) {
    const again = await calls.call(() => keys.page(0));
    const passed = again.ok && again.date !== undefined && date !== undefined ? again.date - date : Number.NaN;
    if (Math.abs(passed - watch.elapsed()) <= limits/* MARGIN */.jS / 2)
        return true;
    notLookedFor(calls, 'MUTX gives two different times, or only one');
    return false;
}
/**
 * The same beside the making of a key, which does not wait for it: the newest page of keys and, if that has nothing, one
 * of the nine before it, by chance, so that many jobs share them. Seven requests at the most, none of which is made again:
 * MUTX's limit is for the jobs.
 * @param isOver whether there is a key: then nothing more is looked for
 * @param created what came of the first create; undefined: no key, so nothing is known of MUTX's times
 * @returns how many keys are revoked now
 */
async function sweepBeside(settings, { keys, clock, random }, calls, isOver, created) {
    const watch = new retry/* Stopwatch */.eM(clock);
    const look = async (number) => {
        const reply = await keys.page(number);
        if (reply.ok) {
            const found = foundIn(reply.value.keys, reply.date, undefined, settings, calls);
            return found && { found, hasMore: reply.value.hasMore, date: reply.date };
        }
        if (reply.failure.kind === 'throttled')
            calls.report({ type: 'sweep-put-off' });
        else
            notLookedFor(calls, reply.failure.message);
        return undefined;
    };
    let page = await look(0);
    if (page?.found.length === 0 && page.hasMore && !isOver() && watch.elapsed() < LONGEST_BESIDE) {
        page = await look(1 + Math.floor(random() * (PAGES - 1)));
    }
    if (page === undefined)
        return 0;
    const { found, date } = page;
    const own = found.length === 0 ? undefined : await created;
    const isTold = found.length === 0 || agree(own, date, watch.elapsed());
    if (!isTold)
        notLookedFor(calls, 'MUTX made no key to hold its time against, or its times contradict each other');
    const others = found.filter(({ key }) => key.id !== own?.id);
    const now = isTold && watch.elapsed() < LONGEST_BESIDE ? others.slice(0, MOST_BESIDE) : [];
    const became = await Promise.all(now.map((one) => revokeOne(one, calls, (attempt) => attempt(), keys)));
    const revoked = became.filter((one) => one === 'revoked').length;
    calls.report({ type: 'sweep-ended', revoked, more: others.length > revoked });
    return revoked;
}
/** Whether the key that was made a moment ago was made at the time that MUTX's replies give. */
function agree(created, date, elapsed) {
    if (created === undefined)
        return false;
    const within = limits/* CREATION_SLACK */.$U + elapsed;
    return [created.date, date].every((time) => time !== undefined && Math.abs(created.createdAt - time) <= within);
}
/**
 * @param now by this machine; undefined: MUTX's time is confirmed in another way
 * @returns undefined: it is not known, which is a warning
 */
function foundIn(keys, date, now, settings, calls) {
    if (date === undefined) {
        notLookedFor(calls, 'MUTX does not say what time it is');
        return undefined;
    }
    if (now !== undefined && Math.abs(date - now) > LARGEST_DIFFERENCE) {
        notLookedFor(calls, `it is ${(0,core_time/* instantText */.X)(date)} by MUTX and ${(0,core_time/* instantText */.X)(now)} by this machine`);
        return undefined;
    }
    return keys.flatMap((key) => {
        const why = leftBehind(key, settings, date);
        return why === undefined ? [] : [{ key, why }];
    });
}
/**
 * `gone`: MUTX says that it knows no such key, which any server says of what it does not know, and another job may have
 * swept it in between. What became of it is not asked: it is in the next sweep again if it is still there.
 * @param how with which retries
 */
async function revokeOne({ key, why }, calls, how, keys) {
    const reply = await how(() => keys.revoke(key.id));
    if (reply.ok) {
        const { id, name } = key;
        calls.report(reply.value === 'gone' ? { type: 'sweep-missed', id, name } : { type: 'swept', id, name, why });
        return reply.value;
    }
    calls.warn('sweep-failed', `key ${key.id} was left behind and could not be revoked: ${reply.failure.message}`);
    return 'failed';
}
function notLookedFor(calls, why) {
    calls.warn('sweep-failed', `keys left behind were not looked for: ${why}`);
}

;// CONCATENATED MODULE: ./lib/ephemeral/acquire.js





/** Between two tries for a place; jobs of a matrix come at different times because of the jitter. */
const SHORTEST_WAIT = 2_000;
const LONGEST_WAIT = 10_000;
/** A list may have ten pages, MUTX takes a hundred requests a minute, and others wait, too. */
const BETWEEN_SWEEPS = 60_000;
/** After a create without a clear answer, before the next one. */
const AFTER_LOST = 2_000;
/**
 * Makes the key. Waits for a place where the plan has none. A create whose reply was lost is not repeated before
 * the key that it may have made was looked for under its name, which nobody else uses.
 * @param created called with what came of each create
 * @param sweepingBeside called once a create is on its way; what it sweeps may be the place that is missing
 */
async function mint(settings, ports, calls, sweepingBeside, created) {
    const { keys, keeper } = ports;
    const room = new WaitForRoom(settings, ports, calls, sweepingBeside);
    let lost = 0;
    /** Creates at which MUTX failed, and of which there is no key. */
    const inVain = [];
    for (;;) {
        await keeper.creating();
        const creating = calls.call(() => keys.create(settings.keyName, settings.expiresInDays), retry/* onlyIfNotDone */.$n);
        void sweepingBeside();
        const reply = await creating;
        created(reply.ok ? { id: reply.value.id, createdAt: reply.value.createdAt, date: reply.date } : undefined);
        if (reply.ok) {
            keeper.created(reply.value);
            const { id, name, expiresAt } = reply.value;
            calls.report({ type: 'minted', id, name, expiresAt });
            return { ok: true, key: reply.value };
        }
        const { failure } = reply;
        if (failure.code === 'mutx-quota') {
            const full = await room.wait(failure, lost > 0);
            if (full !== undefined)
                return { ok: false, failed: { ...full, perhaps: lost > 0 } };
        }
        else if (failure.kind === 'unclear') {
            lost += 1;
            keeper.unconfirmed();
            const notMade = await lookForLost(settings, ports, calls, failure);
            inVain.push(...notMade);
            if (isLast(lost, failure))
                return { ok: false, failed: lostForGood(ports, failure, inVain) };
            await pause(ports, calls, notMade, lost);
        }
        else {
            return { ok: false, failed: createFailed(ports, failure, lost > 0) };
        }
    }
}
/** @returns the failure, where MUTX failed at the create and there is no key of its name, which nobody else uses */
async function lookForLost({ keyName, unique }, { keys }, calls, failure) {
    if (!unique) {
        calls.warn('create-lost', `the create got no clear answer, so a key named ${keyName} may exist that nobody can use; which one, nobody can tell, because \`key-name\` is not this step's alone: it expires by itself`);
        return [];
    }
    const found = await revokeOrphans(keys, calls, keyName);
    if (!found.ok) {
        calls.warn('create-lost', `the create got no clear answer, and its key was not found out about: ${found.failure.message}`);
    }
    else if (found.value.length === 0 && (0,retry/* isInternalError */.wA)(failure)) {
        return [failure];
    }
    else if (found.value.length === 0) {
        calls.warn('create-lost', `the create got no clear answer (${failure.message}), and no key of its name is there so far; it is looked for again at the end`);
    }
    else {
        calls.warn('create-lost', `the reply to the create was lost (${failure.message}); its key, which nobody can use, was found by its name and revoked: ${found.value.join(', ')}`);
    }
    return [];
}
/** @param failures told as a try that is made again, where nothing else was said of it */
async function pause({ clock, random }, calls, failures, attempt) {
    const wait = AFTER_LOST * (0.5 + random());
    for (const failure of failures)
        calls.report({ type: 'retrying', failure, attempt, wait });
    await clock.sleep(wait);
}
function isLast(lost, { retryable }) {
    return lost >= limits/* CREATES */.Kp || !retryable;
}
function lostForGood(ports, failure, failures) {
    if (failures.length < limits/* CREATES */.Kp)
        return createFailed(ports, failure, true);
    return {
        kind: 'failed',
        code: 'create-unsupported',
        message: `MUTX failed ${failures.length} times at making the key, and made none`,
        failures: failures.map((one) => ({ ...one, code: 'create-unsupported' })),
        holders: [],
        minted: undefined,
        perhaps: false,
        retryAt: undefined,
    };
}
function createFailed({ clock }, failure, perhaps) {
    const { retryAfter } = failure;
    return {
        kind: 'failed',
        code: perhaps ? 'create-lost' : 'create-failed',
        message: perhaps ? 'MUTX gave no clear answer to the create' : `MUTX made no key: ${failure.message}`,
        failures: [failure],
        holders: [],
        minted: undefined,
        perhaps,
        retryAt: retryAfter === undefined ? undefined : clock.now() + retryAfter,
    };
}
/** A sweep may free a place; otherwise time passes until somebody gives one back. */
class WaitForRoom {
    #settings;
    #ports;
    #calls;
    #sweepingBeside;
    #watch;
    /** By the watch; before everything: not yet. */
    #sweptAt = Number.NEGATIVE_INFINITY;
    #named = false;
    constructor(settings, ports, calls, sweepingBeside) {
        this.#settings = settings;
        this.#ports = ports;
        this.#calls = calls;
        this.#sweepingBeside = sweepingBeside;
        this.#watch = new retry/* Stopwatch */.eM(ports.clock);
    }
    /**
     * @param lost a create got no clear answer before
     * @returns why there is no point in waiting (any longer); undefined: try again
     */
    async wait(failure, lost) {
        const { clock, random } = this.#ports;
        if (lost && (await this.#gaveUpLost()))
            return undefined;
        if (!Number.isFinite(this.#sweptAt) && (await this.#sweepFirst()))
            return undefined;
        const most = this.#left();
        const asked = failure.retryAfter ?? 0;
        if (most <= 0 || asked > most)
            return this.#full(failure, most > 0);
        const holders = this.#named ? undefined : await this.#holders();
        this.#named = true;
        const left = Math.max(0, this.#left());
        const jittered = SHORTEST_WAIT + (LONGEST_WAIT - SHORTEST_WAIT) * random();
        // What the server asks for goes before ours; the last try is at the end of the time there is.
        const wait = Math.max(asked, Math.min(jittered, left));
        this.#calls.report({ type: 'waiting', wait, left, ...(holders === undefined ? {} : { holders }) });
        await clock.sleep(wait);
        if (this.#watch.elapsed() - this.#sweptAt >= BETWEEN_SWEEPS)
            await this.#sweep();
        return undefined;
    }
    /** @returns whether a place is free now: what is swept beside may be enough */
    async #sweepFirst() {
        const beside = (await this.#sweepingBeside()) ?? 0;
        return (await this.#sweep(beside)) > 0;
    }
    /** @param freed keys that have gone already: then there is nothing to be looked for */
    async #sweep(freed = 0) {
        const { sweep: settings } = this.#settings;
        this.#sweptAt = this.#watch.elapsed();
        if (settings === undefined || freed > 0)
            return freed;
        const sweep = { ...settings, own: this.#settings.keyName };
        return sweepForRoom(this.#inPassing(), this.#ports, sweep);
    }
    /** The place may be taken by a key of this step's own, whose create came true after it was looked for. */
    async #gaveUpLost() {
        const { keyName, unique } = this.#settings;
        if (!unique)
            return false;
        const found = await revokeOrphans(this.#ports.keys, this.#inPassing(), keyName);
        return found.ok && found.value.length > 0;
    }
    #left() {
        return Math.min(this.#quotaLeft(), this.#calls.sessionLeft());
    }
    #quotaLeft() {
        return this.#settings.quotaWait - this.#watch.elapsed();
    }
    /** For what is not the errand: nothing of it is tried again beyond the end of the wait. */
    #inPassing() {
        return new Calls(this.#ports, this.#ports.clock.now() + this.#left(), SWEEP_PATIENCE);
    }
    /** The keys that hold the places; empty where they could not be read. */
    async #holders() {
        const list = await this.#inPassing().call(() => this.#ports.keys.newest());
        const active = list.ok ? list.value.filter(({ isActive }) => isActive) : [];
        return active.map(({ id, name, expiresAt, lastUsed }) => ({ id, name, expiresAt, lastUsed }));
    }
    /** @param asked MUTX asks for a longer wait than there is time */
    async #full(failure, asked) {
        const { clock } = this.#ports;
        const sessionEnds = this.#calls.sessionLeft() < this.#quotaLeft();
        const { retryAfter } = failure;
        return {
            kind: 'failed',
            code: 'quota-wait-over',
            message: `the account's plan had no place for one more key, ${endOfWait(asked, sessionEnds)}`,
            failures: [failure],
            holders: await this.#holders(),
            minted: undefined,
            perhaps: false,
            retryAt: retryAfter === undefined ? undefined : clock.now() + retryAfter,
        };
    }
}
function endOfWait(asked, sessionEnds) {
    if (asked)
        return `and MUTX asks to wait longer than ${sessionEnds ? 'the credential lasts' : '`quota-wait` allows'}`;
    return sessionEnds ? 'before the credential ends' : 'for as long as `quota-wait` allows';
}

;// CONCATENATED MODULE: ./lib/ephemeral/engine.js




/**
 * Makes a key for this job (docs/ephemeral.md, "In what order, and why"): create, with waiting for a place → keep what
 * the post step needs → verify → hand out. What earlier runs left behind is swept beside that. A key that does not
 * work is revoked immediately.
 */
async function keyForJob(settings, ports) {
    const calls = new Calls(ports, ports.sessionEndsAt);
    let isOver = false;
    let swept;
    let settle = () => { };
    const created = new Promise((resolve) => {
        settle = resolve;
    });
    const sweeping = () => {
        if (settings.sweep !== undefined) {
            const sweep = { ...settings.sweep, own: settings.keyName };
            swept ??= sweepBeside(sweep, ports, calls, () => isOver, created);
        }
        return swept;
    };
    const outcome = await make(settings, ports, calls, sweeping, settle);
    isOver = true;
    if (outcome.kind === 'ready')
        await ports.handOut(outcome.key);
    await swept;
    return outcome;
}
async function make(settings, ports, calls, sweepingBeside, created) {
    const minted = await mint(settings, ports, calls, sweepingBeside, created);
    if (!minted.ok) {
        // Where a key may exist all the same, the post step has to look for it.
        if (!minted.failed.perhaps)
            ports.keeper.cleared();
        return minted.failed;
    }
    const { key } = minted;
    return (settings.verify ? await verify(key, ports, calls) : undefined) ?? { kind: 'ready', key };
}
/** @returns why the key cannot be handed out; undefined: it works */
async function verify({ key, id, name, expiresAt }, { keys, keeper }, calls) {
    const reply = await calls.call(() => keys.verify(key, () => true));
    if (reply.ok) {
        calls.report({ type: 'verified' });
        return undefined;
    }
    const refused = reply.failure.kind === 'refused';
    const revoked = await revokeKey(id, keys, calls, { isNew: true });
    const state = revoked.ok ? 'revoked' : revoked.failure.kind === 'unclear' ? 'unknown' : 'alive';
    // Otherwise the post step tries again.
    if (revoked.ok) {
        keeper.cleared();
        calls.report({ type: 'revoked', id, because: 'not-verified' });
    }
    else {
        const what = state === 'unknown'
            ? `it is not known whether key ${id} was revoked`
            : `key ${id} could not be revoked here`;
        calls.warn('revocation-failed', `${what}: ${revoked.failure.message}`);
    }
    return {
        kind: 'failed',
        code: refused ? 'verify-refused' : 'verify-unclear',
        message: refused
            ? 'MUTX refuses the key it has just made, so it was not handed out'
            : 'MUTX gave no clear answer to the new key, so it was not handed out',
        failures: [reply.failure, ...(revoked.ok ? [] : [revoked.failure])],
        holders: [],
        minted: { id, name, expiresAt, state },
        perhaps: false,
        retryAt: undefined,
    };
}

;// CONCATENATED MODULE: ./lib/ephemeral/note.js
/** Of the state that it is kept in. */
const NOTE = 'mutx-key';
const VERSION = 1;
function encodeNote(note) {
    return JSON.stringify({ version: VERSION, ...note });
}
/** @returns undefined for anything that this version did not write */
function decodeNote(text) {
    const value = parsed(text);
    if (value === undefined || value.get('version') !== VERSION)
        return undefined;
    const stage = value.get('stage');
    if (stage === 'nothing')
        return { stage };
    const where = whereaboutsOf(value);
    if (where === undefined)
        return undefined;
    if (stage === 'asked')
        return { stage, ...where };
    const id = value.get('id');
    const expiresAt = value.get('expiresAt');
    if (stage !== 'minted' || typeof id !== 'string')
        return undefined;
    if (expiresAt !== undefined && typeof expiresAt !== 'number')
        return undefined;
    return { stage, id, expiresAt, strays: value.get('strays') === true, ...where };
}
function whereaboutsOf(value) {
    const [apiUrl, name, credential] = ['apiUrl', 'name', 'credential'].map((key) => value.get(key));
    const envelope = mapOf(value.get('envelope'));
    const network = mapOf(value.get('network'));
    const [proxy, authorities] = ['proxy', 'authorities'].map((key) => network?.get(key));
    const [variable, opener] = ['variable', 'opener'].map((key) => envelope?.get(key));
    if (typeof apiUrl !== 'string' || typeof name !== 'string' || typeof credential !== 'string')
        return undefined;
    if (typeof variable !== 'string' || typeof opener !== 'string')
        return undefined;
    if (typeof proxy !== 'string' || typeof authorities !== 'string')
        return undefined;
    const unique = value.get('unique') === true;
    return {
        apiUrl,
        name,
        unique,
        credential,
        network: { proxy, authorities },
        envelope: { variable, opener },
    };
}
function parsed(text) {
    try {
        return mapOf(JSON.parse(text));
    }
    catch {
        return undefined;
    }
}
function mapOf(value) {
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

;// CONCATENATED MODULE: ./lib/messages/ephemeral/failure.js


/** Why there is no key for this job, and what there is instead. */
function ephemeralFailure(failed, settings) {
    const { code, message, failures, holders, retryAt } = failed;
    return (0,messages_failure/* earlyFailure */.iF)({
        code,
        message,
        calls: failures,
        details: (0,words/* inTheWay */.Mb)(holders),
        state: stateAfter(failed, settings),
        retryAt,
    });
}
function stateAfter({ minted, perhaps }, { keyName, unique }) {
    if (minted !== undefined) {
        return [`${newKeyText(minted)}; it was not handed out`];
    }
    return [
        perhaps
            ? `a key named ${keyName} may exist, which nobody can use; ${unique ? 'the post step looks for it' : `${words/* NOBODY_CAN_TELL */.B9}: it ends by itself when it expires`}`
            : 'no key was made',
        'nothing was handed out',
    ];
}
function newKeyText({ id, expiresAt, state }) {
    switch (state) {
        case 'revoked':
            return `the new key ${id} was revoked immediately`;
        case 'alive':
            return `the new key ${id} is still active (${(0,words/* expiryText */.X5)(expiresAt)}); the post step tries again to revoke it`;
        case 'unknown':
            return `it is not known whether the new key ${id} was revoked (${(0,words/* expiryText */.X5)(expiresAt)}); the post step tries again`;
    }
}

;// CONCATENATED MODULE: ./lib/messages/ephemeral/log.js


const WHY_SWEPT = {
    expired: 'expired',
    old: 'older than `sweep-after`',
};
const WHY_REVOKED = {
    'not-verified': 'it does not work, and was handed to nobody',
    'reply-lost': 'made by a create whose reply was lost',
};
const WARNING_TITLE = {
    'sweep-failed': 'Left-over keys were not swept',
    'create-lost': 'A created key was lost',
    'revocation-failed': 'A key was not revoked',
};
/** Renders the events of a per-run key as they come, a line each, and knows what they come to. */
class EphemeralLog {
    #sink;
    #looksFor;
    #swept = [];
    #key;
    #perhaps = false;
    /** @param unique nobody else uses the key's name, so that the post step looks for it by that */
    constructor(sink, unique = true) {
        this.#sink = sink;
        this.#looksFor = unique ? 'the post step looks for its key' : `of its key ${words/* NOBODY_CAN_TELL */.B9}`;
    }
    event = (event) => {
        switch (event.type) {
            case 'swept':
                this.#swept.push(event.id);
                this.#sink.line(`swept: ${event.id}, ${event.name} (${WHY_SWEPT[event.why]})`);
                break;
            case 'sweep-missed':
                this.#sink.line(`not swept: ${event.id}, ${event.name} (MUTX answers that there is no such key)`);
                break;
            case 'sweep-ended':
                this.#sink.line(sweepText(event));
                break;
            case 'sweep-put-off':
                this.#sink.line('left-over keys are looked for by a later run: MUTX limits requests at the moment');
                break;
            case 'minted':
                this.#key = `the new key ${event.id} is alive (${(0,words/* expiryText */.X5)(event.expiresAt)}); the post step revokes it`;
                this.#sink.line(`✓ ${event.name}: new key ${event.id}, ${(0,words/* expiryText */.X5)(event.expiresAt)}`);
                break;
            case 'verified':
                this.#sink.line('✓ MUTX accepts the new key');
                break;
            case 'revoked':
                if (event.because === 'not-verified')
                    this.#key = `the new key ${event.id} was revoked`;
                this.#sink.line(`revoked: ${event.id} (${WHY_REVOKED[event.because]})`);
                break;
            case 'retrying':
                this.#sink.line((0,messages_log/* retryText */.qL)(event.failure, event.attempt, event.wait));
                break;
            case 'waiting':
                this.#sink.line(`the plan has no place left: waiting ${(0,words/* durationText */.S5)(event.wait)}, for ${(0,words/* durationText */.S5)(event.left)} more at the most`);
                for (const line of (0,words/* inTheWay */.Mb)(event.holders ?? []))
                    this.#sink.line(line);
                break;
            case 'warning':
                if (event.code === 'create-lost')
                    this.#perhaps = true;
                this.#sink.warning({ title: WARNING_TITLE[event.code], message: event.message });
                break;
        }
    };
    /** In which state things are at this moment, a line each. */
    state() {
        const unknown = `no key is known to exist; should a create be under way, ${this.#looksFor}`;
        return [
            this.#key ?? unknown,
            ...(this.#perhaps ? [`a create got no clear answer before; ${this.#looksFor}`] : []),
            ...(this.#swept.length === 0 ? [] : [`swept: ${this.#swept.join(', ')}`]),
        ];
    }
}
function sweepText({ revoked, more }) {
    const keys = (0,words/* count */.U9)(revoked, 'left-over key');
    const done = revoked === 0 ? '✓ nothing to sweep' : `✓ ${keys} swept`;
    return more ? `${keys} swept; more is left for later runs` : done;
}

;// CONCATENATED MODULE: ./lib/messages/ephemeral/result.js




/** The first line of the first step: what it is about, should MUTX then keep it waiting. */
function askingLine({ keyName }) {
    return `Asking MUTX for a key of this job: ${keyName}`;
}
/** The last lines of the first step. @param envName undefined: the key was not exported */
function handedOutLines({ id, expiresAt }, envName) {
    const where = envName === undefined ? 'the output `api-key`' : `the output \`api-key\` and as ${envName}`;
    return [
        `Key ${id} is in ${where} until this job ends; then it is revoked (${(0,words/* expiryText */.X5)(expiresAt)} at the latest)`,
    ];
}
function handedOutSummary(key, envName) {
    const exported = envName === undefined ? 'not exported' : `exported as ${(0,markdown/* code */.aY)(envName)}`;
    return (0,messages_summary/* page */.MY)('MUTX API key for this job', [
        (0,messages_summary/* keyTable */.s9)(key),
        `In the output ${(0,markdown/* code */.aY)('api-key')}, ${exported}. It is revoked when the job ends.`,
    ]);
}
/** The first line of the post step, for the same reason; undefined: it has nothing to do. */
function givingBackLine(remains) {
    switch (remains?.stage) {
        case undefined:
        case 'nothing':
            return undefined;
        case 'asked':
            return remains.unique
                ? `Looking for a key named ${remains.name}: a create got no clear answer`
                : `A create of a key named ${remains.name} got no clear answer`;
        case 'minted':
            return `Giving back key ${remains.id} (${remains.name})`;
    }
}
/** What became of the key, where nothing is left to be done. */
function givenBackLine(result) {
    switch (result.kind) {
        case 'unset':
            return 'Nothing to revoke: the first step left no word, so it never got as far as making a key';
        case 'skipped':
            return 'Nothing to revoke: the first step made no key, or has revoked it itself';
        case 'revoked':
            return `Revoked: ${(0,words/* list */.p_)(result.ids)}${result.expired ? ' (it had expired before)' : ''}`;
        case 'gone':
            return `Already gone: MUTX does not know key ${result.id} any more, or does not take it any more`;
        case 'expired':
            return `Expired: key ${result.id} ended by itself at ${(0,words/* instantText */.Xx)(result.expiresAt)}; its place in the plan is free once a later run has swept it`;
        case 'none-found':
            return `Nothing was revoked: a create got no clear answer, and no active key named ${result.name} was found`;
    }
}
/** A key that may still be alive: never a reason for a red job, but for a person to know. */
function notGivenBack(result) {
    const { id, name, expiresAt, unique, failures } = result;
    const message = id === undefined ? perhaps(name) : alive(id, name, expiresAt);
    const why = failures.map((failure) => `${(0,messages_failure/* callText */.WT)(failure)}: ${failure.message} [${failure.code}]`);
    const none = id === undefined && !unique ? words/* NOBODY_CAN_TELL */.B9 : NO_WAY;
    const reasons = why.length === 0 ? [none] : [...new Set(why)];
    return {
        annotation: { title: 'MUTX API key not revoked', message: [message, ...reasons].join('\n') },
        lines: [`Not revoked: ${message}`, ...reasons.map((reason) => `  ${reason}`)],
        advice: 'revoke it with the action `revoke`, or at MUTX; otherwise it ends by itself when it expires, and a later run sweeps it if it has a default name',
    };
}
const NO_WAY = 'there was nothing left to authenticate with: no inputs in this step (a nested composite), and what the first step kept is gone or has expired';
function alive(id, name, expiresAt) {
    return `key ${id} (${name}) may still be alive; it ${(0,words/* expiryText */.X5)(expiresAt)}`;
}
function perhaps(name) {
    return `a key named ${name} may exist that nobody can use: its create got no clear answer`;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/http/proxy.js + 1 modules
var http_proxy = __nccwpck_require__(7015);
// EXTERNAL MODULE: ./lib/mutx/jwt.js
var jwt = __nccwpck_require__(4371);
;// CONCATENATED MODULE: ./lib/secrets/envelope.js

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** What opens an envelope; says nothing by itself. Base64url. */
function newOpener() {
    return (0,external_node_crypto_.randomBytes)(32).toString('base64url');
}
/**
 * Text that says nothing without its opener, base64url. For what has to be handed on by two channels of which
 * neither is a place for a credential.
 */
function sealed(text, opener) {
    const iv = (0,external_node_crypto_.randomBytes)(IV_BYTES);
    const cipher = (0,external_node_crypto_.createCipheriv)(CIPHER, Buffer.from(opener, 'base64url'), iv);
    const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), content]).toString('base64url');
}
/** @returns undefined where this is not the envelope, not its opener, or somebody has changed either */
function opened(envelope, opener) {
    const bytes = Buffer.from(envelope, 'base64url');
    try {
        const iv = bytes.subarray(0, IV_BYTES);
        const options = { authTagLength: TAG_BYTES };
        const decipher = (0,external_node_crypto_.createDecipheriv)(CIPHER, Buffer.from(opener, 'base64url'), iv, options);
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const content = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
        return Buffer.concat([content, decipher.final()]).toString('utf8');
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/commands/ephemeral/post-step-state.js







/** Variables by which Node trusts more authorities than its own. */
const AUTHORITIES = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
/**
 * How this process reaches a host and whom it trusts on the way, to be compared and not to be read: a proxy's URL may
 * hold a password.
 * @param secret nobody else has it
 */
function networkTo(url, env, secret) {
    const way = (0,http_proxy/* wayTo */.b)(url);
    const proxy = way.kind === 'direct' ? '' : digest(way.kind === 'proxy' ? way.url.href : way.problem, secret);
    const more = AUTHORITIES.map((name) => [name, env[name] ?? '']).filter(([, value]) => value !== '');
    const { NODE_EXTRA_CA_CERTS: file = '' } = env;
    const authorities = more.length === 0 ? '' : digest(JSON.stringify([more, contentOf(file)]), secret);
    return { proxy, authorities };
}
/** Whether nothing came between since: another proxy, or none any more, or an authority that was not trusted then. */
function isAsItWas(then, now) {
    return now.proxy === then.proxy && (now.authorities === '' || now.authorities === then.authorities);
}
/** Node reads the file when it starts, and says nothing where it cannot. */
function contentOf(file) {
    try {
        return file === '' ? undefined : (0,external_node_fs_.readFileSync)(file, 'latin1');
    }
    catch {
        return undefined;
    }
}
function digest(text, secret) {
    return (0,external_node_crypto_.createHmac)('sha256', secret).update(text).digest('hex');
}
/** A token that lives longer than this is nothing to leave lying about, even sealed. */
const LONGEST_TOKEN = 3_600_000;
/**
 * Hands over to the post step: a note in the state, without any credential, and what may revoke the key in a
 * sealed envelope in the environment, whose opener is in the note. Each is written the moment it is known.
 */
class PostStepJournal {
    #context;
    #session;
    #credential;
    #where;
    #token;
    #asked = false;
    #strays = false;
    constructor(inputs, session, context) {
        const { credential, apiUrl, settings } = inputs;
        this.#context = context;
        this.#session = session;
        this.#credential = credential;
        const opener = newOpener();
        this.#where = {
            apiUrl: apiUrl.href,
            name: settings.keyName,
            unique: settings.unique,
            credential: fingerprint(credential),
            network: networkTo(apiUrl, context.env, opener),
            // Used twice in one job, each step has one of its own.
            envelope: { variable: `MUTX_KEY_ENVELOPE_${(0,key_name/* randomDigits */.SG)().toUpperCase()}`, opener },
        };
    }
    async creating() {
        if (this.#asked)
            return;
        this.#asked = true;
        this.#token = await this.#shortLived();
        this.#note({ stage: 'asked', ...this.#where });
        if (this.#token !== undefined)
            this.#enclose({ token: this.#token.expose() });
    }
    unconfirmed() {
        this.#strays = true;
    }
    created({ id, expiresAt, key }) {
        this.#note({ stage: 'minted', id, expiresAt, strays: this.#strays, ...this.#where });
        const token = this.#token?.expose();
        this.#enclose({ key: key.expose(), ...(token === undefined ? {} : { token }) });
    }
    cleared() {
        this.#note({ stage: 'nothing' });
    }
    #note(note) {
        this.#context.sink.state(NOTE, encodeNote(note));
    }
    /** Masked, too: later steps print their environment. */
    #enclose(content) {
        const { variable, opener } = this.#where.envelope;
        const envelope = sealed(JSON.stringify(content), opener);
        this.#context.sink.secretVariable(variable, this.#context.secrets.admit(envelope));
    }
    /** The token at hand, if it is known to end soon. An API key given as credential is never enclosed. */
    async #shortLived() {
        if (this.#credential.kind === 'opaque')
            return undefined;
        const bearer = await this.#session.bearer();
        if (!bearer.ok)
            return undefined;
        const ends = (0,jwt/* decodeJwt */.i)(bearer.value.expose())?.exp;
        const isShort = ends !== undefined && ends - this.#context.clock.now() <= LONGEST_TOKEN;
        return isShort ? bearer.value : undefined;
    }
}
/**
 * By what a credential is known again: the SHA-256 of a token, which nobody can guess; of the e-mail address only,
 * where there is a password, because that one may be guessed.
 */
function fingerprint(credential) {
    const text = credential.kind === 'password' ? credential.email : credential.token.expose();
    return (0,external_node_crypto_.createHash)('sha256').update(`${credential.kind}:${text}`).digest('hex');
}
/** What the first step enclosed, masked again; nothing where the variable is gone or not what it was. */
function enclosed({ envelope: { variable, opener } }, env, secrets) {
    const text = opened(env[variable] ?? '', opener);
    const content = new Map(Object.entries(text === undefined ? {} : JSON.parse(text)));
    const admitted = (name) => {
        const value = content.get(name);
        return typeof value === 'string' ? secrets.admit(value) : undefined;
    };
    return { key: admitted('key'), token: admitted('token') };
}
/** Whether a JWT has not ended yet, by its own claim; one without any has not. */
function isAlive(token, now) {
    const ends = (0,jwt/* decodeJwt */.i)(token.expose())?.exp;
    return ends === undefined || ends > now;
}

;// CONCATENATED MODULE: ./lib/commands/ephemeral/ephemeral.js










/** The action that makes a key for one job: inputs → session → the engine → output, variable, summary. */
async function ephemeralCommand(context) {
    const { env, secrets, sink, gate, unfinished, fail } = context;
    sink.state(NOTE, encodeNote({ stage: 'nothing' }));
    const inputs = await (0,usable_inputs/* usableInputs */._)(loadEphemeralInputs(env, secrets), context);
    if (inputs === undefined)
        return;
    const { settings, envName } = inputs;
    sink.line(askingLine(settings));
    const connection = (0,connect/* connect */.Ng)(inputs, context);
    const { session, keys, clock } = connection;
    const outcome = await (0,connect/* inSession */.Cp)(connection, inputs, context, async () => {
        const log = new EphemeralLog(sink, settings.unique);
        unfinished.state = () => log.state();
        const keeper = new PostStepJournal(inputs, session, context);
        const report = log.event;
        const handOut = async (key) => {
            // The reply that it works may come when the run has said how it ends.
            await gate.pass(Promise.resolve());
            handedOut(key, envName, context);
        };
        const { endsAt: sessionEndsAt } = session;
        const ports = { keys, keeper, clock, random: Math.random, report, handOut, sessionEndsAt };
        return gate.pass(keyForJob(settings, ports));
    });
    if (outcome?.kind === 'failed')
        fail(ephemeralFailure(outcome, settings));
}
/** In the output, the variable and the summary, as soon as it works. */
function handedOut(minted, envName, { sink }) {
    const { key, id, expiresAt } = minted;
    sink.secretOutput('api-key', key);
    sink.output('key-id', id);
    if (expiresAt !== undefined)
        sink.output('expires-at', (0,words/* instantText */.Xx)(expiresAt));
    if (envName !== undefined)
        sink.secretVariable(envName, key);
    for (const line of handedOutLines(minted, envName))
        sink.line(line);
    sink.summary(handedOutSummary(minted, envName));
}

// EXTERNAL MODULE: ./lib/config/urls.js
var urls = __nccwpck_require__(7886);
;// CONCATENATED MODULE: ./lib/commands/ephemeral/revokers.js


/** By a key or a token alone. */
function revokerBearing(kind, token, apiUrl, context) {
    return wayWith(kind, { kind: 'opaque', input: 'bootstrap-jwt', token }, apiUrl, context);
}
/** By the credential among the inputs; none where that has ended. */
function revokersWithInputs(credential, apiUrl, context) {
    const hasEnded = credential.kind === 'access-jwt' && !isAlive(credential.token, context.clock.now());
    return hasEnded ? [] : [wayWith('inputs', credential, apiUrl, context)];
}
function wayWith(kind, credential, apiUrl, context) {
    // GitHub is not called here; where it is does not matter.
    const nowhere = { githubToken: undefined, githubApiUrl: apiUrl, refreshTokenSecret: undefined };
    const connection = (0,connect/* connect */.Ng)({ credential, apiUrl, ...nowhere }, context);
    const { session, keys } = connection;
    const open = async () => (await session.open())?.cause;
    const close = () => connection.close();
    if (kind !== 'key' || credential.kind !== 'opaque')
        return { kind, open, keys, close };
    return { kind, open, keys, close, works: () => keys.verify(credential.token, () => true) };
}

;// CONCATENATED MODULE: ./lib/commands/ephemeral/post.js









/**
 * The post step: gives the key of the job back, from what the first step left alone. Nothing that happens here is
 * a failure of the job: what could not be done is a warning.
 */
async function ephemeralPostCommand(context) {
    const { env, sink, gate, clock, unfinished } = context;
    const log = new EphemeralLog(sink);
    const note = decodeNote(env[`STATE_${NOTE}`] ?? '');
    const remains = note === undefined || note.stage === 'nothing' ? undefined : note;
    if (remains !== undefined && isInterposed(remains, context))
        return tell(untold(remains), context);
    const ways = remains === undefined ? [] : waysFor(remains, context);
    const close = () => Promise.all(ways.map((way) => way.close()));
    unfinished.cleanUp = close;
    unfinished.state = () => [
        'the key of this job may still be alive: it ends by itself when it expires, and a later run sweeps it',
    ];
    const first = givingBackLine(note);
    if (first !== undefined)
        sink.line(first);
    const ports = { clock: gate.clock(clock), random: Math.random, report: log.event };
    const result = await gate.pass(releaseKey(note, ways, ports));
    // Before the log-out, which may take its time: it is true from now on.
    tell(result, context);
    await gate.pass(close());
}
function tell(result, { sink, unfinished }) {
    if (result.kind !== 'failed') {
        const line = givenBackLine(result);
        unfinished.state = () => [line];
        sink.line(line);
        return;
    }
    const { annotation, lines, advice } = notGivenBack(result);
    for (const line of lines)
        sink.line(line);
    sink.warning(annotation);
    sink.summary((0,messages_summary/* warningSummary */.Ju)(annotation.message, advice));
}
/** Whether a step in between has come between this one and MUTX, for which credentials are not meant. */
function isInterposed({ apiUrl, network, envelope }, { env }) {
    const base = (0,urls/* parseBaseUrl */.Q2)(apiUrl);
    return base.ok && !isAsItWas(network, networkTo(base.value, env, envelope.opener));
}
function untold(remains) {
    const { name, unique } = remains;
    const minted = remains.stage === 'minted' ? remains : undefined;
    const failure = {
        kind: 'not-sent',
        service: 'mutx',
        call: 'giving the key back',
        status: undefined,
        code: 'network-changed',
        message: 'the proxy or the certificate authorities of this job are not those of the first step, so no credential was sent: a step in between has set `HTTPS_PROXY`, `NODE_EXTRA_CA_CERTS` or their like',
        retryable: false,
    };
    return { kind: 'failed', id: minted?.id, name, expiresAt: minted?.expiresAt, unique, failures: [failure] };
}
/** Least first: the key itself can do less than the account's token, and that less than its password. */
function waysFor(where, context) {
    const base = (0,urls/* parseBaseUrl */.Q2)(where.apiUrl);
    if (!base.ok)
        return [];
    const { env, secrets, clock } = context;
    const { key, token } = enclosed(where, env, secrets);
    const given = loadEphemeralCredential(env, secrets);
    const isTheSame = given !== undefined && fingerprint(given) === where.credential;
    const bearing = (kind, secret) => revokerBearing(kind, secret, base.value, context);
    return [
        ...(key === undefined ? [] : [bearing('key', key)]),
        ...(token !== undefined && isAlive(token, clock.now()) ? [bearing('token', token)] : []),
        ...(isTheSame ? revokersWithInputs(given, base.value, context) : []),
    ];
}

// EXTERNAL MODULE: ./lib/config/targets.js
var config_targets = __nccwpck_require__(4716);
// EXTERNAL MODULE: ./lib/github/client.js
var client = __nccwpck_require__(636);
// EXTERNAL MODULE: ./lib/github/calls.js + 2 modules
var calls = __nccwpck_require__(2602);
// EXTERNAL MODULE: ./lib/github/json.js
var github_json = __nccwpck_require__(7781);
// EXTERNAL MODULE: ./lib/github/targets/repository-path.js
var repository_path = __nccwpck_require__(1590);
;// CONCATENATED MODULE: ./lib/github/issues.js



const ISSUES = { name: 'issues', label: 'Issues', level: 'write', appTokenInput: true };
/** A page of them; more open issues with one label of ours there are not. */
const issues_MOST = 100;
/**
 * The issues of one repository, one attempt a call. A repository may have them switched off (410), which is no
 * failure: value `'none'`. https://docs.github.com/rest/issues/issues
 */
class Issues {
    #calls;
    #path;
    /** @throws TypeError if owner or repository is no name */
    constructor(github, secrets, owner, repository) {
        const reach = { owner, repository };
        this.#calls = new calls/* Calls */.g(github, secrets, { target: `${owner}/${repository}`, reach });
        this.#path = `${(0,repository_path/* repositoryPath */.SH)(owner, repository)}/issues`;
    }
    /** Open ones with this label, the oldest first; pull requests left out. */
    open(label) {
        const query = { state: 'open', labels: label, sort: 'created', direction: 'asc', per_page: issues_MOST };
        return explained(this.#calls.ask({ method: 'GET', path: this.#path, query }, ISSUES, {
            200: decodeIssues,
            410: () => ({ value: 'none' }),
        }));
    }
    create(title, body, label) {
        const request = { method: 'POST', path: this.#path, body: { title, body, labels: [label] } };
        return explained(this.#calls.ask(request, ISSUES, { 201: done, 410: () => ({ value: 'none' }) }));
    }
    update(number, body) {
        const request = { method: 'PATCH', path: `${this.#path}/${number}`, body: { body } };
        return explained(this.#calls.ask(request, ISSUES, { 200: done }));
    }
    close(number) {
        const body = { state: 'closed', state_reason: 'completed' };
        const request = { method: 'PATCH', path: `${this.#path}/${number}`, body };
        return explained(this.#calls.ask(request, ISSUES, { 200: done }));
    }
    comment(number, text) {
        const path = `${this.#path}/${number}/comments`;
        return explained(this.#calls.ask({ method: 'POST', path, body: { body: text } }, ISSUES, { 201: done }));
    }
}
const done = () => ({ value: true });
function decodeIssues(json) {
    if (!Array.isArray(json))
        return undefined;
    const issues = [];
    for (const item of json) {
        const { number, body, pull_request: pullRequest } = (0,github_json/* fieldsOf */.Pf)(item);
        if (!(0,github_json/* isId */.eQ)(number))
            return undefined;
        if (pullRequest === undefined)
            issues.push({ number, body: typeof body === 'string' ? body : '' });
    }
    return { value: issues };
}
/** The hint of the secrets' calls speaks of tokens that write secrets; this one is the workflow's own. */
async function explained(asking) {
    const reply = await asking;
    if (reply.ok || reply.failure.kind !== 'refused')
        return reply;
    const hint = 'Give the job that calls the reusable workflow `permissions:` with `issues: write`: it cannot have more than its caller.';
    const failure = { ...reply.failure, hint };
    return { ok: false, failure };
}

// EXTERNAL MODULE: ./lib/http/client.js + 11 modules
var http_client = __nccwpck_require__(5165);
;// CONCATENATED MODULE: ./lib/messages/failure-issue.js



/** On every issue of ours: what it is found by. Nobody without triage rights can put it on another. */
const ISSUE_LABEL = 'mutx-api-key';
const failure_issue_TITLE = {
    rotate: 'The rotation of MUTX API keys fails',
    audit: 'The audit of MUTX API keys fails',
};
const WHAT = {
    rotate: 'A run of the workflow that rotates the MUTX API keys failed. The keys that are stored go on working until they expire, unless the summary of the run says otherwise; what failed, and how to mend it, stands there, too.',
    audit: 'A run of the workflow that audits the MUTX API keys failed: it has findings, or could not look. They stand in the summary of the run.',
};
function issueTitle(kind) {
    return failure_issue_TITLE[kind];
}
function markStart(kind, workflow) {
    const id = (0,external_node_crypto_.createHash)('sha256').update(workflow).digest('hex').slice(0, 16);
    return `<!-- mutx-api-key-action ${kind} ${id} failures=`;
}
/** The mark in an issue's body; undefined: the issue is about something else. */
function markIn(body, kind, workflow) {
    const start = markStart(kind, workflow);
    const at = body.indexOf(start);
    if (at < 0)
        return undefined;
    const digits = /^\d{1,6}/u.exec(body.slice(at + start.length))?.[0];
    return { failures: Number(digits ?? 0) };
}
/** The issue's body after another failed run. @param before what earlier runs left; undefined: a new issue */
function issueBody(kind, { workflow, url, results }, before) {
    const failures = (before?.failures ?? 0) + 1;
    const rows = [...results].map(([job, result]) => [(0,markdown/* code */.aY)(job), (0,markdown/* plain */.pj)(result)]);
    return [
        `${markStart(kind, workflow)}${failures} -->`,
        WHAT[kind],
        `Latest failed run: ${url} (${(0,words/* count */.U9)(failures, 'failed run')} since this issue was opened)`,
        (0,markdown/* table */.tp)(['Job', 'Result'], rows),
        'Each further run that fails updates this issue, and the next one that succeeds closes it.',
    ].join('\n\n');
}
function closingComment({ url }) {
    return `It works again: ${url}`;
}

// EXTERNAL MODULE: ./lib/commands/calls.js
var commands_calls = __nccwpck_require__(263);
;// CONCATENATED MODULE: ./lib/commands/issue.js









/**
 * Keeps one open issue about a workflow that fails: opened by the first failed run, updated by the others,
 * closed by the next that succeeds. A part of the reusable workflows and of nothing else, so its inputs are no
 * part of the table: what they are given is written in this repository.
 */
async function issue_issueCommand(context) {
    const { secrets, sink, gate, clock, fail } = context;
    const wanted = readWanted(context);
    if (wanted === undefined)
        return;
    const { apiUrl, token, owner, repo, run } = wanted;
    const http = new http_client/* HttpClient */.Q({ service: 'github', baseUrl: apiUrl, userAgent: connect/* USER_AGENT */._O });
    const github = new client/* GithubClient */.t({ http: gate.requests(http), token, clock: gate.clock(clock) });
    const issues = new Issues(github, secrets, owner, repo);
    const results = [...run.results.values()];
    const failed = results.includes('failure');
    const failure = failed || !results.includes('cancelled')
        ? await (failed ? noteFailure : noteSuccess)(issues, wanted, context)
        : undefined;
    http.close();
    if (failure === undefined) {
        sink.line(`the issue about ${issueTitle(wanted.kind)}: ${failed ? 'is open' : 'none is left open'}`);
        return;
    }
    const message = 'the issue about failed runs could not be kept up to date';
    const state = ['keys and secrets are as the other jobs of this run left them'];
    fail((0,messages_failure/* earlyFailure */.iF)({ code: 'issue-failed', message, calls: [failure], state }));
}
async function noteFailure(issues, { kind, run }, context) {
    const found = await ours(issues, kind, run, context);
    if (!found.ok)
        return found.failure;
    const [first] = found.value;
    if (first !== undefined) {
        const body = issueBody(kind, run, markIn(first.body, kind, run.workflow));
        return failureIn(await (0,commands_calls/* quietCalls */.C8)(context.clock)(() => issues.update(first.number, body)));
    }
    // Once: an issue whose reply was lost would be opened a second time.
    const created = await issues.create(issueTitle(kind), issueBody(kind, run), ISSUE_LABEL);
    if (created.ok && created.value === 'none')
        sayOff(context);
    return failureIn(created);
}
async function noteSuccess(issues, { kind, run }, context) {
    const found = await ours(issues, kind, run, context);
    if (!found.ok)
        return found.failure;
    for (const { number } of found.value) {
        const closed = failureIn(await (0,commands_calls/* quietCalls */.C8)(context.clock)(() => issues.close(number)));
        if (closed !== undefined)
            return closed;
        const commented = failureIn(await issues.comment(number, closingComment(run)));
        if (commented !== undefined)
            return commented;
    }
    return undefined;
}
/** The open issues about this workflow; more than one only where two runs opened them at the same moment. */
async function ours(issues, kind, { workflow }, context) {
    const found = await (0,commands_calls/* quietCalls */.C8)(context.clock)(() => issues.open(ISSUE_LABEL));
    if (!found.ok)
        return found;
    if (found.value === 'none') {
        sayOff(context);
        return { ...found, value: [] };
    }
    return { ...found, value: found.value.filter(({ body }) => markIn(body, kind, workflow) !== undefined) };
}
function sayOff({ sink }) {
    sink.warning({
        title: 'No issue about failures',
        message: 'this repository has issues switched off, so failed runs are told by GitHub’s own mails only',
    });
}
function failureIn(reply) {
    return reply.ok ? undefined : reply.failure;
}
function readWanted({ env, secrets, fail }) {
    const input = (name) => env[`INPUT_${name.toUpperCase()}`] ?? '';
    const token = input('github-token').trim();
    const kind = input('kind');
    const results = resultsIn(input('results'));
    const repository = (0,config_targets/* parseRepository */.SU)(env['GITHUB_REPOSITORY'] ?? '');
    const apiUrl = (0,urls/* parseBaseUrl */.Q2)(env['GITHUB_API_URL'] ?? '');
    // Of the workflow that was started, also where it calls ours: `owner/repo/path@ref`.
    const [workflow = ''] = (env['GITHUB_WORKFLOW_REF'] ?? '').split('@');
    const { GITHUB_SERVER_URL: server = '', GITHUB_RUN_ID: runId = '', GITHUB_RUN_ATTEMPT: attempt = '' } = env;
    const details = [
        ...(token === '' ? ['`github-token` is empty'] : []),
        ...(isKind(kind) ? [] : ['`kind` is neither `rotate` nor `audit`']),
        ...(results === undefined ? ['`results` is not a list of `job=result`'] : []),
        ...(repository === undefined ? ['`GITHUB_REPOSITORY` names no repository'] : []),
        ...(apiUrl.ok ? [] : ['`GITHUB_API_URL` is no URL']),
        // What the issue is found by: without it, all workflows of a repository would share one.
        ...(workflow === '' ? ['`GITHUB_WORKFLOW_REF` names no workflow: the runner is older than 2.300.0'] : []),
    ];
    const readable = token !== '' && workflow !== '' && apiUrl.ok;
    if (!isKind(kind) || results === undefined || repository === undefined || !readable) {
        fail((0,messages_failure/* earlyFailure */.iF)({ code: 'invalid-input', message: `${details.length} inputs cannot be used`, details }));
        return undefined;
    }
    const { owner, repo } = repository;
    const url = `${server}/${owner}/${repo}/actions/runs/${runId}/attempts/${attempt}`;
    const run = { workflow, url, results };
    return { kind, run, token: secrets.admit(token), apiUrl: apiUrl.value, owner, repo };
}
function isKind(text) {
    return text === 'rotate' || text === 'audit';
}
/** The result of each job that this one waited for, written `job=result`; undefined: not that. */
function resultsIn(text) {
    const pairs = text
        .trim()
        .split(/\s+/u)
        .map((pair) => /^([\w-]+)=([a-z]+)$/u.exec(pair));
    const results = pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? '']]));
    return results.length < pairs.length ? undefined : new Map(results);
}

// EXTERNAL MODULE: ./lib/mutx/fields.js
var fields = __nccwpck_require__(8593);
;// CONCATENATED MODULE: ./lib/config/load/revoke.js





/**
 * The inputs of the action that revokes, from the runner's variables. Credentials are masked before anything
 * else; every problem is found, not only the first; nothing is called.
 */
function loadRevokeInputs(env, secrets) {
    const reader = new config_reader/* InputReader */.i(env, secrets, 'revoke');
    const { credential, here: _here, host: _host, ...services } = (0,load_access/* readAccess */.zS)(reader, env, secrets);
    const selection = readSelection(reader);
    const maxRevocations = reader.integer('max-revocations');
    const dryRun = reader.boolean('dry-run');
    const ifNone = reader.choice('if-none') ?? 'fail';
    const notBefore = readInstant(reader);
    const { problems, warnings } = reader;
    if (credential === undefined || selection === undefined || problems.length > 0) {
        return { ok: false, problems, warnings, credential };
    }
    const value = {
        ...services,
        credential,
        request: { selection, maxRevocations, dryRun, ifNone, notBefore },
    };
    return { ok: true, value, warnings: [...warnings, ...(0,load_warnings/* refreshTokenWarnings */.AP)(value, reader)] };
}
/** Of MUTX's clock, so that no time zone is left to be guessed. */
function readInstant(reader) {
    const text = reader.text('not-before');
    if (text === '')
        return undefined;
    const instant = Date.parse(text);
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/u.test(text) && !Number.isNaN(instant))
        return instant;
    const fix = 'write it in UTC with a `Z` at its end, as the output `revoke-after` of a rotation has it';
    reader.problem('not-before', { message: 'is not an instant', fix }, text);
    return undefined;
}
function readSelection(reader) {
    const byIds = reader.isGiven('key-ids');
    const byName = reader.isGiven('key-name');
    if (byIds && byName) {
        reader.problem('key-ids', {
            message: 'was given together with `key-name`',
            fix: 'keep one of them: ids for certain keys, the name for every active key of it',
        });
    }
    if (!byIds && !byName) {
        reader.problem('key-ids', {
            message: 'is empty, and so is `key-name`: nothing says which keys to revoke',
            fix: 'give one of them; an empty list of ids is written `[]`',
        });
        return undefined;
    }
    const ids = byIds ? readIds(reader) : undefined;
    const name = (0,load_key/* givenKeyName */.er)(reader);
    if (ids !== undefined)
        return { by: 'ids', ids };
    return name === '' ? undefined : { by: 'name', name };
}
/** No two the same, in the order given; undefined where they cannot be read. */
function readIds(reader) {
    const text = reader.text('key-ids');
    if (text === '')
        return undefined;
    const entries = idsIn(text);
    if (entries === undefined || (entries.length === 0 && !text.startsWith('['))) {
        const fix = 'write it as `["id", "id"]`, or the ids alone, separated by commas or lines';
        reader.problem('key-ids', { message: 'is not a list of ids', fix }, text);
        return undefined;
    }
    for (const entry of entries.filter((one) => !(0,fields/* isWrittenKeyId */.q5)(one))) {
        const fix = "copy the id from MUTX, or from a rotation's outputs; a name goes into `key-name`";
        reader.problem('key-ids', { message: 'holds what cannot be the id of a key', fix }, entry);
    }
    // UUIDs, in which case means nothing.
    const known = new Set();
    return entries.filter((entry) => known.size < known.add(entry.toLowerCase()).size);
}
/** One JSON array, or lines of ids and of JSON arrays, as a repeated flag gives them; undefined if it is neither. */
function idsIn(text) {
    const whole = text.startsWith('[') ? jsonTexts(text) : undefined;
    if (whole !== undefined)
        return whole;
    const parts = text
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .map((line) => (line.startsWith('[') ? jsonTexts(line) : listed(line)));
    const ids = [];
    for (const part of parts) {
        if (part === undefined)
            return undefined;
        ids.push(...part);
    }
    return ids;
}
/** The texts in a JSON array; undefined if it is none, or holds anything else. */
function jsonTexts(text) {
    try {
        const value = JSON.parse(text);
        return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
    }
    catch {
        return undefined;
    }
}
function listed(text) {
    return text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
}

// EXTERNAL MODULE: ./lib/config/unknown.js
var config_unknown = __nccwpck_require__(7624);
// EXTERNAL MODULE: ./lib/core/text.js
var core_text = __nccwpck_require__(9716);
;// CONCATENATED MODULE: ./lib/messages/revocation/words.js



/** What became of a key; reads on from it. */
const STATE_TEXT = {
    revoked: 'revoked',
    'already-revoked': 'was revoked already',
    gone: 'is not a key of this account, or not any more',
    none: 'no key of this account has, or had, this id',
    untouched: 'not touched',
    alive: 'still alive',
    unknown: 'not known: it may be revoked, and may be alive',
};
/** Renders the events of a revocation as they come: one line a key. */
function logRevocation(event, sink) {
    switch (event.type) {
        case 'listed':
            sink.line(`✓ keys listed: ${(0,words/* count */.U9)(event.active, 'active key')} (${(0,words/* durationText */.S5)(event.ms)})`);
            break;
        case 'result':
            sink.line(resultText(event.result));
            break;
        case 'retrying':
            sink.line((0,messages_log/* retryText */.qL)(event.failure, event.attempt, event.wait));
            break;
    }
}
/** What was asked for is certain, may be mistaken, or was not done. */
const words_MARK = {
    revoked: '✓',
    'already-revoked': '✓',
    gone: '!',
    none: '!',
    untouched: '✓',
    alive: '✗',
    unknown: '✗',
};
function resultText(result) {
    const { state, failure } = result;
    const why = failure === undefined ? '' : `: ${failure.message}`;
    return `${words_MARK[state]} ${keyText(result)} ${STATE_TEXT[state]}${why}`;
}
/** `laptop (8d7f…)`, or the id alone where the name is not known. */
function keyText({ id, name }) {
    return name === undefined ? id : `${(0,core_text/* printable */.g)(name, 100)} (${id})`;
}
/** What a dry run would do, a line each. */
function plannedLines(results) {
    return results.map((result) => result.state === 'untouched'
        ? `revoke ${keyText(result)}, ${(0,words/* expiryText */.X5)(result.expiresAt)}`
        : `${keyText(result)} ${STATE_TEXT[result.state]}`);
}
/** In which state the keys are, a line for each state that any is in. */
function keyStates(results) {
    return Object.keys(STATE_TEXT).flatMap((state) => {
        const keys = results.filter((result) => result.state === state).map(keyText);
        return keys.length === 0 ? [] : [`${STATE_TEXT[state]}: ${(0,words/* someOf */.yU)(keys, words/* ALL_OF_IT */.ch)}`];
    });
}

;// CONCATENATED MODULE: ./lib/messages/revocation/revocation.js







/** The states that count as done (src/revoke/request.ts). */
const DONE = new Set(['revoked', 'already-revoked', 'gone']);
/** The output `revoked-key-ids`: right after a partial failure too, and empty after a dry run. */
function revokedIds(results) {
    return boundedIds(results.filter(({ state }) => DONE.has(state)).map(({ id }) => id));
}
/** The last lines of the log of a run that did what was asked. */
function revocationLines(outcome, request) {
    const { results } = outcome;
    const next = noSuchKey(outcome, request)?.message ?? whatNext(outcome, request) ?? [];
    if (outcome.kind === 'planned') {
        return [...plannedLines(results), 'Dry run: nothing was changed'].concat(next);
    }
    return (results.length === 0 ? ['Nothing to revoke'] : keyStates(results)).concat(next);
}
/** A name that no active key has: done, or mistyped. */
function noSuchKey(outcome, { selection }) {
    if (outcome.kind === 'failed' || outcome.results.length > 0 || selection.by === 'ids')
        return undefined;
    const message = `no active key is named ${(0,core_text/* printable */.g)(selection.name, 255)}: there was nothing to revoke. If you expected one, check the spelling (names are matched exactly, case included) and the account: \`mutx-api-key keys list\``;
    return { title: 'No such key', message };
}
/** What a name that has lost all of its keys needs next; of keys named by their ids nobody knows. */
function whatNext(outcome, { selection }) {
    if (outcome.results.length === 0 || selection.by === 'ids')
        return undefined;
    const name = (0,core_text/* printable */.g)(selection.name, 255);
    return outcome.kind === 'planned'
        ? `After that, no key named ${name} would work: run its rotation next, which stores a new one`
        : `What was named ${name} does not work any more: run its rotation next, which stores a new one`;
}
/** Ids that count as done, and may be of another account. */
function goneKeys({ results }) {
    const gone = results.filter(({ state }) => state === 'gone' || state === 'none').map(({ id }) => id);
    if (gone.length === 0)
        return undefined;
    const message = `${(0,words/* count */.U9)(gone.length, 'id')} of no key that this account has, or still has: ${(0,words/* someOf */.yU)(gone, words/* ALL_OF_IT */.ch)}. If that is unexpected, check the ids and the account`;
    return { title: 'Keys that are gone', message };
}
function revocationFailure(outcome, { mayRevokeItself, now, near = [] }) {
    const { code: why, message, failures, results, missing } = outcome;
    const lostItself = mayRevokeItself &&
        failures.some(({ status }) => status === 401) &&
        results.some(({ state }) => state === 'revoked');
    return (0,messages_failure/* earlyFailure */.iF)({
        code: why,
        message,
        calls: failures,
        details: [
            ...(why === 'revocations-exceeded' ? named(results) : []),
            ...(missing === undefined ? [] : [`asked for: ${someNames([missing.name])}`]),
            ...(near.length === 0 ? [] : [`did you mean ${someNames(near)}?`]),
            ...(lostItself
                ? [
                    'the API key in `bootstrap-jwt` does not work any more: it was most likely one of those that were revoked; run again with another credential for the rest',
                ]
                : []),
        ],
        state: results.length === 0 ? ['no key was revoked'] : keyStates(results),
        retryAt: (0,messages_failure/* retryAtOf */.ds)(failures, now),
    });
}
function someNames(names) {
    return names.map((name) => `\`${(0,core_text/* printable */.g)(name, 255)}\``).join(' or ');
}
/** The keys that would go, one a line. */
function named(results) {
    const keys = results.filter(({ state }) => state === 'untouched');
    const lines = keys.slice(0, words/* MOST_NAMED */.SE).map((key) => `would be revoked: ${keyText(key)}`);
    const more = keys.length - lines.length;
    return more > 0 ? [...lines, `and ${(0,words/* count */.U9)(more, 'more key')}; ${words/* ALL_OF_IT */.ch} has them all`] : lines;
}
/** The job summary, in GitHub's Markdown; text from outside is escaped. */
function revocationSummary(outcome, request) {
    const { results } = outcome;
    const rows = revocation_keyTable(results);
    const mistyped = noSuchKey(outcome, request);
    const next = mistyped === undefined
        ? (0,markdown/* plain */.pj)(whatNext(outcome, request) ?? '')
        : (0,messages_summary/* warningSummary */.Ju)(mistyped.message, undefined).trimEnd();
    if (outcome.kind === 'planned') {
        return (0,messages_summary/* page */.MY)('MUTX API keys: what would be revoked (dry run)', ['Nothing was changed.', rows, next]);
    }
    const title = results.every(({ state }) => state === 'gone' || state === 'none')
        ? 'MUTX API keys: nothing left to revoke'
        : 'MUTX API keys revoked';
    return (0,messages_summary/* page */.MY)(title, [results.length === 0 ? 'There was nothing to revoke.' : rows, next]);
}
/** The same for a run that failed. */
function failedRevocationSummary({ results }, failure) {
    return (0,messages_summary/* page */.MY)(`❌ ${(0,markdown/* plain */.pj)(words/* FAILURE_TITLE */.uO.revoke)}`, [...(0,messages_summary/* failureText */.kY)(failure), revocation_keyTable(results)]);
}
function revocation_keyTable(results) {
    if (results.length === 0)
        return '';
    const rows = results
        .slice(0, messages_summary/* MOST_ROWS */.wq)
        .map(({ id, name, expiresAt, state, failure }) => [
        (0,markdown/* code */.aY)(id),
        name === undefined ? '' : (0,markdown/* code */.aY)(name),
        expiresAt === undefined ? '' : (0,words/* instantText */.Xx)(expiresAt),
        (0,markdown/* plain */.pj)(failure === undefined ? STATE_TEXT[state] : `${STATE_TEXT[state]}: ${failure.message}`),
    ]);
    const more = results.length - rows.length;
    const rest = more > 0 ? `\n\n… and ${(0,words/* count */.U9)(more, 'more key')}.` : '';
    return (0,markdown/* table */.tp)(['Key', 'Name', 'Expires', 'Result'], rows) + rest;
}

;// CONCATENATED MODULE: ./lib/revoke/request.js
function isDone({ state }) {
    switch (state) {
        case 'revoked':
        case 'already-revoked':
        case 'gone':
            return true;
        case 'none':
        case 'untouched':
        case 'alive':
        case 'unknown':
            return false;
    }
}

;// CONCATENATED MODULE: ./lib/revoke/select.js
/**
 * Whether the account's list has to be read before anything is revoked. A name needs it. Ids do not, so that
 * the button for an emergency is one request a key; except to leave out of the count what is revoked already, to
 * say in a dry run what is alive, to learn what time it is, and to find out which key may be the credential itself.
 */
function needsList(request, mayRevokeItself) {
    const { selection, maxRevocations, dryRun, notBefore } = request;
    if (selection.by === 'name' || (notBefore !== undefined && selection.ids.length > 0))
        return true;
    const { length } = selection.ids;
    return length > 0 && (dryRun || length > maxRevocations || (mayRevokeItself && length > 1));
}
/**
 * The keys that are to go.
 * @param list undefined where it was not read
 */
function select_select(selection, list) {
    if (selection.by === 'name') {
        const named = (list?.keys ?? []).filter((key) => key.isActive && key.name === selection.name);
        const keys = usedLast(named.map((record) => ({ id: record.id, record })));
        return { keys, counted: keys.length, done: [] };
    }
    const known = byId(list?.keys ?? []);
    const asked = selection.ids.map((id) => ({ id, record: known.get(id.toLowerCase()) }));
    // A list may be a moment old: what is not in it is asked for all the same.
    const open = asked.filter(({ record }) => record?.isActive !== false);
    const isWhole = list !== undefined && list.since === undefined;
    const counted = isWhole ? open.filter(({ record }) => record !== undefined) : open;
    const done = asked.filter(({ record }) => record?.isActive === false);
    return {
        keys: usedLast(open),
        counted: counted.length,
        done: done.map((key) => ({ ...described(key), state: 'already-revoked' })),
    };
}
/** Ids are UUIDs, in which case means nothing. */
function byId(list) {
    return new Map(list.map((key) => [key.id.toLowerCase(), key]));
}
/**
 * The one that was used last goes last: where the credential is a key itself, it has been used a moment ago, for
 * the list.
 */
function usedLast(keys) {
    return keys.toSorted((a, b) => usedAt(a) - usedAt(b)).map(described);
}
function usedAt({ record }) {
    return record?.lastUsed ?? 0;
}
function described({ id, record }) {
    return { id, name: record?.name, expiresAt: record?.expiresAt };
}

;// CONCATENATED MODULE: ./lib/revoke/revoke.js






/** For how long a run may try anything again: a job that revokes a thousand keys still ends. */
const revoke_PATIENCE = 15 * 60_000;
const revoke_CONCURRENCY = 4;
/** Revokes the keys asked for, or none of them if they are more than `max-revocations`. */
async function revokeKeys(request, ports) {
    const call = (0,retry/* patientCalls */.RD)(ports, revoke_PATIENCE, (failure, attempt, wait) => ports.report({ type: 'retrying', failure, attempt, wait }));
    let list;
    if (needsList(request, ports.mayRevokeItself)) {
        const reply = await revoke_listed(ports, call);
        if (!reply.ok)
            return unreadable(request, reply.failure);
        list = reply.value;
        const early = await tooEarly(request, reply.date, ports, call);
        if (early !== undefined)
            return early;
    }
    const { selection } = request;
    if (selection.by === 'name' &&
        request.ifNone === 'fail' &&
        list?.since === undefined &&
        !list?.keys.some(({ name }) => name === selection.name)) {
        return noSuchName(selection.name, list?.keys ?? []);
    }
    const { keys, counted, done } = select_select(selection, list);
    if (counted > request.maxRevocations)
        return tooMany(request, counted, list, [...done, ...untouched(keys)]);
    if (request.dryRun) {
        const results = [...done, ...planned(keys, list, ports.keepsRecords())];
        return unread(request, list, results) ?? noSuchIds(request, results) ?? { kind: 'planned', results };
    }
    for (const result of done)
        ports.report({ type: 'result', result });
    const results = [...done, ...(await revokeAll(keys, { ports, call, list }))];
    const open = results.filter((result) => !isDone(result) && result.state !== 'none');
    const older = unread(request, list, results);
    if (open.length === 0)
        return older ?? noSuchIds(request, results) ?? { kind: 'done', results };
    const message = `of the keys asked for, ${open.length} could not be revoked for certain`;
    return {
        kind: 'failed',
        code: 'revoke-failed',
        message: selection.by === 'name' && older !== undefined ? `${message}; ${older.message}` : message,
        failures: open.flatMap(({ failure }) => failure ?? []),
        results,
    };
}
async function revoke_listed(ports, call) {
    const watch = new retry/* Stopwatch */.eM(ports.clock);
    const reply = await call(() => ports.keys.list(true));
    if (!reply.ok)
        return reply;
    const { value: keys, date, reading } = reply;
    const active = keys.filter((key) => key.isActive).length;
    ports.report({ type: 'listed', active, ms: watch.elapsed() });
    // A long list takes its time: the last page says what time it is now.
    return {
        ok: true,
        value: { keys, since: reading?.since },
        date: reading === undefined ? date : reading.lastDate,
    };
}
/** Only these say of a key that they do not show that there is none. */
function wholeList(list) {
    return list?.since === undefined ? list?.keys : undefined;
}
async function revokeAll(keys, work) {
    const { ports, list } = work;
    // One after the other where one of them may be the credential, which has to go last.
    const first = await (0,run/* eachOf */.pQ)(keys, ports.mayRevokeItself ? 1 : revoke_CONCURRENCY, async (key) => {
        const result = await revoke_revokeOne(key, work);
        if (isCertain(result, list))
            ports.report({ type: 'result', result });
        return result;
    });
    if (first.every((result) => isCertain(result, list)))
        return first;
    return settle(first, work);
}
async function revoke_revokeOne(key, { ports, call, list }) {
    const { reply, unclear } = await (0,retry/* notingUnclear */.Gz)(call, () => ports.keys.revoke(key.id));
    if (reply.ok) {
        const whole = wholeList(list);
        const neverWas = whole !== undefined && ports.keepsRecords() && !byId(whole).has(key.id.toLowerCase());
        // An earlier try may have been done: what is not known then is settled by a list.
        if (reply.value === 'gone' && unclear && !neverWas)
            return { ...key, state: 'unknown' };
        return { ...key, state: reply.value === 'gone' && neverWas ? 'none' : reply.value };
    }
    return { ...key, state: unclear ? 'unknown' : 'alive', failure: reply.failure };
}
function isCertain({ id, state }, list) {
    return state === 'revoked' || state === 'none' || (state === 'gone' && (0,rules/* isGone */.ST)(id, wholeList(list)));
}
/** Asks the list what became of the keys of which the replies left it open. */
async function settle(results, { ports, call, list }) {
    const now = await revoke_listed(ports, call);
    const known = byId(list?.keys ?? []);
    const records = byId(now.ok ? now.value.keys : []);
    return results.map((result) => {
        if (isCertain(result, list))
            return result;
        const was = known.get(result.id.toLowerCase());
        const record = records.get(result.id.toLowerCase());
        const since = now.ok && record === undefined ? now.value.since : undefined;
        const open = since === undefined ? undefined : (0,rules/* notLookedFor */.h5)(result.id, since);
        const failure = now.ok ? open : now.failure;
        const settled = failure === undefined ? seen(result, was, record, ports.keepsRecords()) : unseen(result, was, failure);
        ports.report({ type: 'result', result: settled });
        return settled;
    });
}
/** @param was before anything was revoked; undefined: not listed, or nobody has looked */
function seen(result, was, record, keepsRecords) {
    const { id, state, failure } = result;
    const key = { id, name: record?.name ?? result.name, expiresAt: record?.expiresAt ?? result.expiresAt };
    if (record?.isActive === true) {
        // Only a refusal and the list together say so: a DELETE without an answer may have been done, and a list be old.
        return { ...key, state: state === 'alive' ? 'alive' : 'unknown', failure: failure ?? (0,rules/* notGone */.H9)(id) };
    }
    // A key that was never in the list may be of another account, and alive.
    if (state === 'unknown' && (was ?? record) !== undefined)
        return { ...key, state: 'revoked' };
    if (record !== undefined)
        return { ...key, state: 'already-revoked' };
    return { ...key, state: keepsRecords && was === undefined ? 'none' : 'gone' };
}
/** A refusal says that a key was not revoked by this, not that it is alive: that only the list knows. */
function unseen(result, was, failure) {
    if (result.state === 'alive' && was !== undefined)
        return result;
    return { ...result, state: 'unknown', failure: result.failure ?? failure };
}
function untouched(keys) {
    return keys.map((key) => ({ ...key, state: 'untouched' }));
}
function planned(keys, list, keepsRecords) {
    const known = byId(list?.keys ?? []);
    const absent = keepsRecords ? 'none' : 'gone';
    const unlisted = list?.since === undefined ? absent : 'unknown';
    return keys.map((key) => ({ ...key, state: known.has(key.id.toLowerCase()) ? 'untouched' : unlisted }));
}
/**
 * What a list that was not read to its end leaves open.
 * @returns undefined: nothing
 */
function unread({ selection }, list, results) {
    if (list?.since === undefined)
        return undefined;
    const unknown = results.filter(({ state }) => state === 'unknown').length;
    if (selection.by === 'ids' && unknown === 0)
        return undefined;
    const open = selection.by === 'name'
        ? 'more keys have the name that was asked for'
        : `${unknown} of ${results.length} ids asked for ${unknown === 1 ? 'is of a key' : 'are of keys'} of this account`;
    return {
        kind: 'failed',
        code: 'keys-unread',
        message: `keys made before ${(0,core_time/* instantText */.X)(list.since)} were not read, so it is not known whether ${open}`,
        failures: [],
        results,
    };
}
function noSuchName(name, list) {
    return {
        kind: 'failed',
        code: 'no-such-key',
        message: 'no key of this account, active or revoked, has the name that was asked for: none was revoked',
        failures: [],
        results: [],
        missing: { name, names: [...new Set(list.map((key) => key.name))] },
    };
}
/** undefined: each id is of a key, or that does not matter */
function noSuchIds({ ifNone }, results) {
    const none = results.filter(({ state }) => state === 'none').length;
    if (none === 0 || ifNone === 'ignore')
        return undefined;
    return {
        kind: 'failed',
        code: 'no-such-key',
        message: `${none} of ${results.length} ids asked for ${none === 1 ? 'is' : 'are'} of no key that this account has or had`,
        failures: [],
        results,
    };
}
/** How far two times of MUTX may part beyond the time between them. */
const STEADY = 30_000;
/**
 * Why nothing is to be revoked yet; undefined: it is time. By MUTX's clock, because that of whatever this runs on may be
 * wrong, and by two of its replies, because a `Date` that is ahead once would take keys within their grace period.
 */
async function tooEarly({ notBefore, selection }, date, { keys, clock }, call) {
    if (notBefore === undefined)
        return undefined;
    const early = (now) => ({
        kind: 'failed',
        code: 'too-early',
        message: `nothing is to be revoked before ${(0,core_time/* instantText */.X)(notBefore)}, and ${now}: none was revoked`,
        failures: [],
        results: selection.by === 'ids' ? untouched(selection.ids.map(unlooked)) : [],
    });
    const unsaid = 'MUTX does not say what time it is';
    if (date === undefined)
        return early(unsaid);
    if (date < notBefore)
        return early(`at MUTX it is ${(0,core_time/* instantText */.X)(date)}`);
    const watch = new retry/* Stopwatch */.eM(clock);
    const again = await call(() => keys.list());
    if (!again.ok)
        return early(`MUTX did not confirm its time (${again.failure.message})`);
    if (again.date === undefined)
        return early(unsaid);
    const isSteady = Math.abs(again.date - date - watch.elapsed()) <= STEADY;
    if (again.date >= notBefore && isSteady)
        return undefined;
    return early(`MUTX gives two times that do not agree, ${(0,core_time/* instantText */.X)(date)} and ${(0,core_time/* instantText */.X)(again.date)}`);
}
function unlooked(id) {
    return { id, name: undefined, expiresAt: undefined };
}
function tooMany({ maxRevocations, selection }, counted, list, results) {
    const unsure = selection.by === 'name' ? 'are at least' : 'may be';
    const are = list?.since === undefined ? 'are' : unsure;
    return {
        kind: 'failed',
        code: 'revocations-exceeded',
        message: `the keys to revoke ${are} ${counted}, more than \`max-revocations\` (${maxRevocations}): none was revoked`,
        failures: [],
        results,
    };
}
function unreadable({ selection }, failure) {
    const ids = selection.by === 'ids' ? selection.ids : [];
    return {
        kind: 'failed',
        code: 'look-failed',
        message: 'the keys could not be listed, so none was revoked',
        failures: [failure],
        results: ids.map((id) => ({ id, name: undefined, expiresAt: undefined, state: 'untouched' })),
    };
}

;// CONCATENATED MODULE: ./lib/commands/revoke.js








const OUTPUT = 'revoked-key-ids';
/** The action that revokes: inputs → session → the keys → log, output, summary. */
async function revokeCommand(context) {
    const { env, secrets, sink, gate, unfinished, fail } = context;
    const inputs = await (0,usable_inputs/* usableInputs */._)(loadRevokeInputs(env, secrets), context);
    if (inputs === undefined)
        return;
    const { request, credential } = inputs;
    const mayRevokeItself = credential.kind === 'opaque';
    const { selection } = request;
    const keyNames = selection.by === 'name' ? { keyNames: new Set([selection.name]) } : {};
    const connection = (0,connect/* connect */.Ng)(inputs, context, keyNames);
    const sofar = [];
    const outcome = await (0,connect/* inSession */.Cp)(connection, inputs, context, async () => {
        unfinished.state = () => stateSoFar(sofar);
        const endSession = unfinished.cleanUp;
        unfinished.cleanUp = async () => {
            await Promise.all([endSession(), gate.settled()]);
            handOn([[OUTPUT, revokedIds(sofar)]], sink);
        };
        const { keys, clock, session, api } = connection;
        const revocation = revokeKeys(request, {
            keys,
            clock,
            random: Math.random,
            sessionEndsAt: session.endsAt,
            mayRevokeItself,
            keepsRecords: () => api.generation === 'v1',
            report: (event) => {
                if (event.type === 'result')
                    sofar.push(event.result);
                logRevocation(event, sink);
            },
        });
        return gate.pass(revocation);
    });
    if (outcome === undefined)
        return;
    handOn([[OUTPUT, outcome.kind === 'planned' ? '[]' : revokedIds(outcome.results)]], sink);
    const mistyped = noSuchKey(outcome, request);
    if (mistyped !== undefined)
        sink.warning(mistyped);
    const gone = goneKeys(outcome);
    if (gone !== undefined)
        sink.notice(gone);
    if (outcome.kind === 'failed') {
        const { missing } = outcome;
        const near = missing === undefined ? [] : (0,config_unknown/* nearestNames */.LE)(missing.name, missing.names);
        const report = revocationFailure(outcome, { mayRevokeItself, now: connection.clock.now(), near });
        return fail(report, failedRevocationSummary(outcome, report));
    }
    for (const line of revocationLines(outcome, request))
        sink.line(line);
    sink.summary(revocationSummary(outcome, request));
}
function stateSoFar(results) {
    const others = 'every other key that was asked for: not revoked, or being revoked at that moment';
    return [...keyStates(results), others, 'run it again: what is revoked already counts as done'];
}

;// CONCATENATED MODULE: ./lib/config/load/rotate.js





/**
 * The inputs of the action that rotates, from the runner's variables. Credentials are masked before anything
 * else; every problem is found, not only the first; nothing is called.
 * @param env the process's environment: `INPUT_*`, and `GITHUB_*` for the repository and the servers
 */
function loadRotateInputs(env, secrets) {
    const reader = new config_reader/* InputReader */.i(env, secrets, 'rotate');
    const { credential, githubToken, here, host, ...services } = (0,load_access/* readAccess */.zS)(reader, env, secrets);
    const key = (0,load_key/* readKey */.YZ)(reader, here(), host);
    const { targets, settings } = key;
    const { refreshTokenSecret } = services;
    if (credential?.kind === 'opaque' && settings.onQuota === 'replace')
        keepCredential(reader);
    if (refreshTokenSecret !== undefined)
        keepApart(reader, refreshTokenSecret, targets);
    const { problems, warnings } = reader;
    if (credential === undefined || githubToken === undefined || problems.length > 0) {
        return { ok: false, problems, warnings, credential };
    }
    const value = { ...services, ...key, credential, githubToken };
    return {
        ok: true,
        value,
        warnings: [...warnings, ...(0,load_warnings/* warningsFor */.dT)(value, reader, env), ...(0,load_warnings/* aboutName */.Hr)(value, host)],
    };
}
/** Whose id nobody knows: `replace` revokes the stored key before there is a new one, and that is often this one. */
function keepCredential(reader) {
    reader.problem('on-quota', {
        message: 'would revoke the stored key before the new one is made, and that may be the very API key in `bootstrap-jwt`, without which no new one can be made',
        fix: 'set `on-quota` to `fail` or `wait`, or give `email` and `password`, or `refresh-token`, in place of the API key',
    }, 'replace');
}
/** The key must not overwrite the refresh token, nor the other way round. */
function keepApart(reader, successor, targets) {
    if (!targets.some((target) => (0,config_targets/* identityOf */.cu)(target) === (0,config_targets/* identityOf */.cu)(successor)))
        return;
    reader.problem('refresh-token-secret', {
        message: 'is the very secret that the key is stored in',
        fix: 'give the key and the refresh token a secret each',
    });
}

// EXTERNAL MODULE: ./lib/github/limiter.js
var limiter = __nccwpck_require__(7799);
;// CONCATENATED MODULE: ./lib/github/pace.js
/**
 * The same targets, whose writes keep GitHub's pace together, first come, first served. A write waits before
 * its `mayStart` is asked for the bytes, and gives up as soon as `mayStart` says no. One target alone never
 * waits.
 */
function paced(targets, limiter) {
    return targets.map((target) => ({
        label: target.label,
        secretName: target.secretName,
        shared: target.shared,
        get puts() {
            return target.puts ?? 1;
        },
        get contradiction() {
            return target.contradiction;
        },
        prepare: () => target.prepare(),
        metadata: () => target.metadata(),
        listed: () => target.listed(),
        write: async (value, mayStart) => {
            let turns = target.puts ?? 1;
            let start = await limiter.takeTurn(mayStart);
            for (let more = turns - 1; more > 0 && start !== undefined; more--)
                start = await limiter.takeTurn(mayStart);
            if (start === undefined)
                return tooLate(target);
            let latest = start;
            const reply = await target.write(value, (ahead) => {
                if (ahead !== undefined)
                    return mayStart(ahead);
                if (!mayStart())
                    return false;
                turns -= 1;
                if (turns < 0) {
                    // GitHub refused the last one for its stale public key. The writes to come wait for this one, too.
                    limiter.releaseWrite(latest);
                    latest = limiter.startWrite();
                }
                return true;
            });
            if (!reply.ok)
                learn(limiter, latest, reply.failure);
            return reply;
        },
    }));
}
function learn(limiter, start, { kind, status, retryAfter }) {
    // An error reply created nothing; silence may have.
    if (kind !== 'unclear' || status !== undefined)
        limiter.releaseWrite(start);
    if (retryAfter !== undefined)
        limiter.pauseWrites(retryAfter);
}
function tooLate(target) {
    return {
        ok: false,
        failure: {
            kind: 'not-sent',
            service: 'github',
            call: `writing ${target.secretName} to ${target.label}`,
            target: target.label,
            status: undefined,
            code: 'github-write-deadline',
            message: `the time for writing to ${target.label} was over before GitHub's pace allowed it`,
            hint: 'Fewer targets at once: an organisation secret, or several runs, an hour apart or each with a token of its own.',
            retryable: false,
        },
    };
}

// EXTERNAL MODULE: ./lib/github/targets/sealed-box.js
var sealed_box = __nccwpck_require__(6764);
// EXTERNAL MODULE: ./lib/github/token-hint.js
var token_hint = __nccwpck_require__(4978);
// EXTERNAL MODULE: ./lib/messages/catalogue/phrases.js
var phrases = __nccwpck_require__(3248);
// EXTERNAL MODULE: ./lib/messages/state.js
var state = __nccwpck_require__(9941);
;// CONCATENATED MODULE: ./lib/messages/rotation/progress.js



/**
 * How far a run has come, followed from its events: what to say of the state of things when the run ends
 * without an outcome (cancelled, or a bug).
 */
class Progress {
    #creating = false;
    #storing = false;
    /** Targets that there are to write; undefined: the first result has not come. */
    #targets;
    /** The last step of a rotation has ended. */
    #complete = false;
    #minted;
    #written = [];
    #failed = [];
    #revoked = [];
    /** What was stored came too late to be relied on. */
    #late = false;
    /** Keys for which a DELETE was sent without a clear answer so far, each with whether it was a stored key's. */
    #revoking = new Map();
    #givenUp = [];
    event(event) {
        switch (event.type) {
            case 'step-started':
                if (event.step === 'create')
                    this.#creating = true;
                if (event.step === 'store')
                    this.#storing = true;
                break;
            case 'step-ended':
                this.#ended(event);
                break;
            case 'minted':
                this.#minted = event.id;
                this.#late = false;
                this.#storing = false;
                this.#targets = undefined;
                this.#complete = false;
                this.#written.length = 0;
                this.#failed.length = 0;
                break;
            case 'target-written':
                this.#targets = event.of;
                (event.result.status === 'failed' ? this.#failed : this.#written).push(event.result);
                break;
            case 'revoked':
                this.#revoking.delete(event.id);
                (event.reason === 'replace' ? this.#givenUp : this.#revoked).push(event.id);
                break;
            case 'revoking':
                this.#revoking.set(event.id, event.reason === 'replace');
                break;
            case 'not-revoked':
                if (!event.unclear)
                    this.#revoking.delete(event.id);
                break;
            case 'planned':
            case 'looked':
            case 'retrying':
            case 'waiting':
                break;
            case 'warning':
                if (event.code === 'written-late')
                    this.#late = true;
                break;
        }
    }
    #ended({ step, ok }) {
        if (step === 'create' && ok)
            this.#creating = false;
        if (step === 'revoke')
            this.#complete = ok;
    }
    /** Keys revoked before their successor was stored (`on-quota: replace`). */
    get givenUp() {
        return this.#givenUp;
    }
    /** What was done of a run that ends here, as its title; undefined: nothing was stored. */
    title() {
        const stored = this.#written.length;
        if (stored === 0 || this.#minted === undefined || this.#revoked.includes(this.#minted))
            return undefined;
        return this.#targets === stored
            ? 'MUTX API key stored in every target; the run did not finish'
            : `MUTX API key stored in ${stored} of ${(0,words/* count */.U9)(this.#targets ?? stored, 'target')}`;
    }
    state() {
        const lines = [];
        if (this.#minted !== undefined)
            lines.push(...this.#mintedLines(this.#minted));
        if (this.#creating) {
            lines.push('a create was on its way: a key may exist whose text nobody knows; it is in no secret, and a later run revokes it');
        }
        if (lines.length === 0)
            lines.push('no key was made and no secret was written');
        const others = this.#revoked.filter((id) => id !== this.#minted);
        if (others.length > 0)
            lines.push(`revoked: ${others.join(', ')}`);
        const perhaps = [...this.#revoking].filter(([id]) => id !== this.#minted);
        for (const [id, isStored] of perhaps) {
            lines.push(isStored
                ? `perhaps revoked before its successor was stored, as \`on-quota: replace\` asks: ${id}`
                : `perhaps revoked, for which there was no clear answer: ${id}`);
        }
        lines.push(this.#givenUp.length === 0
            ? (0,state/* nothingLost */.g7)(others.length > 0, perhaps.length > 0)
            : `revoked before its successor was stored, as \`on-quota: replace\` asks: ${this.#givenUp.join(', ')}; a secret that held it may hold a dead key`);
        lines.push(this.#next());
        return lines;
    }
    #next() {
        if (this.#targets === undefined || this.#written.length < this.#targets) {
            return `run it again: ${phrases/* ONCE_IT_SUCCEEDS */.g1}`;
        }
        return this.#complete
            ? 'the rotation itself was complete: nothing has to be run again'
            : 'older keys of the name may still be active; later rotations take them up';
    }
    #mintedLines(id) {
        if (this.#revoked.includes(id))
            return [`the new key ${id} was revoked; no secret holds it`];
        if (this.#givenUp.includes(id))
            return [`the new key ${id} was given up for its place; a secret may hold it`];
        const revoking = this.#revoking.get(id);
        if (revoking !== undefined) {
            return [
                `the new key ${id} was being revoked; whether it was is not known; ${revoking ? 'a secret may hold it' : 'no secret holds it'}`,
            ];
        }
        const lines = [
            this.#late
                ? `the new key ${id} was stored too late to be relied on: another run may have revoked it`
                : `the new key ${id} is alive`,
        ];
        if (this.#written.length > 0)
            lines.push(`${(0,words/* list */.p_)(this.#written.map(words/* placeText */.Z9))}: holds the new key`);
        const perhaps = this.#failed.filter(({ perhapsWritten }) => perhapsWritten === true);
        const refused = this.#failed.filter((one) => !perhaps.includes(one));
        if (perhaps.length > 0)
            lines.push(`${(0,words/* list */.p_)(perhaps.map(words/* placeText */.Z9))}: ${state/* EITHER */.iw}`);
        if (refused.length > 0) {
            lines.push(`${(0,words/* list */.p_)(refused.map(words/* placeText */.Z9))}: the write failed; it holds what it held before`);
        }
        if (!this.#storing)
            lines.push('no target was written with it');
        else if (this.#targets === undefined)
            lines.push('every target: not written, or being written at that moment');
        else if (this.#written.length + this.#failed.length < this.#targets) {
            lines.push('every other target: not written, or being written at that moment');
        }
        return lines;
    }
}

;// CONCATENATED MODULE: ./lib/messages/rotation/result.js


/** Targets named one by one; beyond it, only their number. */
const NAMED = 10;
/** What a run that did what was asked came to: the last lines of the log, outside of any group. */
function resultLines(outcome) {
    switch (outcome.kind) {
        case 'rotated': {
            const { key, targets } = outcome;
            return [
                `Rotated: ${whereText(targets)} → key ${key.id} (${(0,words/* expiryText */.X5)(key.expiresAt)})`,
                ...keyLines(outcome.keys, 'the new key'),
            ];
        }
        case 'not-due':
            return [
                `Not due when this run looked: ${outcome.plan.why}; by the dates of keys and secrets, every target holds key ${outcome.key.id} (${(0,words/* expiryText */.X5)(outcome.key.expiresAt)})`,
                ...keyLines(outcome.keys, 'this look'),
            ];
        case 'planned':
            return [
                ...(outcome.plan.due ? [`A run would store a new key: ${whereText(outcome.targets)}`] : []),
                'Dry run: nothing was changed; the plan is above',
            ];
    }
}
function whereText(targets) {
    return targets.length > NAMED ? (0,words/* count */.U9)(targets.length, 'target') : (0,words/* list */.p_)(targets.map(words/* placeText */.Z9));
}
function keyLines({ revoked, superseded, graceEnds, left, held, spared }, since) {
    const later = left.filter((id) => !held.includes(id));
    const waiting = superseded.filter((id) => !left.includes(id));
    return [
        `Revoked: ${revoked.length === 0 ? 'none' : revoked.join(', ')}`,
        ...(waiting.length === 0
            ? []
            : [`Superseded, not revoked by this run: ${waiting.join(', ')}${(0,words/* graceText */.cd)(graceEnds)}`]),
        ...(later.length === 0 ? [] : [`Left for a later run to revoke: ${later.join(', ')}`]),
        ...(held.length === 0 ? [] : [`Held back: ${(0,words/* heldText */.Dx)(held)}`]),
        ...(spared.length === 0 ? [] : [`Not revoked by this run: ${(0,words/* sparedText */.p7)(spared, since)}`]),
    ];
}
/** The outputs of a rotation (interface: "Outputs"): those of which the value is known, and no others. */
function outputsOf(outcome, keyName) {
    const key = keyOf(outcome);
    const { superseded, revoked, graceEnds } = outcome.keys;
    const known = [
        ['rotated', String(outcome.kind === 'rotated')],
        ['key-id', key?.id],
        ['key-name', key?.name ?? keyName],
        ['expires-at', key?.expiresAt === undefined ? undefined : (0,words/* instantText */.Xx)(key.expiresAt)],
        ['superseded-key-ids', knowsSuperseded(outcome) ? boundedIds(superseded) : undefined],
        ['revoke-after', graceEnds === undefined ? undefined : (0,words/* instantText */.Xx)(Math.ceil(graceEnds / 1_000) * 1_000)],
        ['revoked-key-ids', boundedIds(revoked)],
        ['targets', targetsJson(outcome.targets)],
    ];
    return new Map(known.flatMap(([name, value]) => value === undefined
        ? []
        : [[name, typeof value === 'string' ? { text: value, omitted: 0 } : value]]));
}
/** The key that was made, also when a target failed; the current one where none was due. */
function keyOf(outcome) {
    switch (outcome.kind) {
        case 'rotated':
        case 'not-due':
            return outcome.key;
        case 'planned':
            return outcome.plan.current;
        case 'failed':
            return outcome.minted;
    }
}
/** A run that failed or only planned may not have come as far as to find them: an empty list would say that there are none. */
function knowsSuperseded({ kind, keys }) {
    return kind === 'rotated' || kind === 'not-due' || keys.superseded.length > 0;
}
/** Those that failed are the last to be left out; a last element counts what was. */
function targetsJson(targets) {
    const failedFirst = [...targets].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'));
    return bounded(targets.length, (shown) => {
        const kept = new Set(failedFirst.slice(0, shown));
        const entries = targets.filter((target) => kept.has(target)).map(targetOutput);
        const omitted = targets.length - shown;
        return JSON.stringify(omitted === 0 ? entries : [...entries, { omitted }]);
    });
}
function targetOutput({ target, secret, status, failure }) {
    return { target, secret, status, ...(failure === undefined ? {} : { error: failure.message }) };
}

// EXTERNAL MODULE: ./lib/rotation/engine.js + 6 modules
var engine = __nccwpck_require__(5603);
;// CONCATENATED MODULE: ./lib/commands/rotate.js
















/** The root action: inputs → session and targets → the engine → log, outputs, summary. */
async function rotateCommand(context) {
    const { env, secrets, sink, gate, unfinished, fail } = context;
    const inputs = await (0,usable_inputs/* usableInputs */._)(loadRotateInputs(env, secrets), context);
    if (inputs === undefined)
        return;
    const { settings } = inputs;
    const keyNames = new Set([settings.keyName]);
    const connection = (0,connect/* connect */.Ng)(inputs, context, { ...inputs, keyNames });
    const progress = new Progress();
    const ended = await (0,connect/* inSession */.Cp)(connection, inputs, context, async () => {
        const log = new messages_log/* RotationLog */.rA(sink, settings.keyName);
        unfinished.state = () => progress.state();
        unfinished.title = () => progress.title();
        const rotation = (0,engine/* rotate */.e$)(settings, {
            ...rotate_portsOf(inputs, connection, context),
            report: (event) => {
                progress.event(event);
                log.event(event);
                if (event.type === 'step-started')
                    beside(event.step, connection.session);
            },
        });
        const result = await gate.pass(rotation);
        log.end();
        return result;
    });
    if (ended === undefined)
        return;
    const outcome = withOneToken(ended, inputs);
    handOn(outputsOf(outcome, settings.keyName), sink);
    const summary = (0,messages_summary/* summaryOf */.YG)(outcome, settings.keyName, progress.givenUp);
    if (outcome.kind === 'failed')
        return fail((0,messages_failure/* failureOf */.g5)(outcome, progress.givenUp), summary);
    for (const line of resultLines(outcome))
        sink.line(line);
    sink.summary(summary);
}
/** With what the failed calls say of the token they lack put together, so that it can be mended in one go. */
function withOneToken(outcome, { targets, refreshTokenSecret }) {
    if (outcome.kind !== 'failed')
        return outcome;
    const { failure } = outcome;
    const written = refreshTokenSecret === undefined ? targets : [...targets, refreshTokenSecret];
    const failures = (0,token_hint/* forOneToken */.Jy)(failure.failures, written.map(create_target/* needsOfTarget */.A));
    return { ...outcome, failure: { ...failure, failures } };
}
/** What can be done while a step waits for its replies. */
function beside(step, session) {
    // It takes 25 ms, for which the first seal would wait; the bytes of the create have left by then. What goes wrong
    // here goes wrong there again, where somebody waits for it.
    if (step === 'create')
        setImmediate(() => void (0,sealed_box/* warmUpSeal */.uQ)().catch(() => { }));
    // Nothing follows but revocations. Whatever comes of it, the close at the end waits for it.
    if (step === 'revoke')
        void session.close();
}
/** What the engine needs of the world, over connections that are there; `report` is the caller's. */
function rotate_portsOf(inputs, { keys, github, clock, session }, { secrets }) {
    if (github === undefined)
        throw new Error('a rotation has a github-token: its inputs say so');
    const { audience, createEnvironment } = inputs;
    const dependencies = { github, secrets, audience, createEnvironment };
    const targets = inputs.targets.map((target) => (0,create_target/* createTarget */.Y)(target, dependencies));
    const neighbours = (0,key_name/* neighboursOf */.YV)(inputs.targets).map((target) => (0,create_target/* createTarget */.Y)(target, dependencies));
    return {
        keys,
        targets: paced(targets, github.limiter),
        neighbours,
        writesWithin: limiter/* writesWithin */.ut,
        clock,
        random: Math.random,
        sessionEndsAt: session.endsAt,
    };
}

;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./lib/commands/gate.js

/**
 * Between a run and the wire. Closed when the run has to end: from then on nothing leaves any more but what
 * cleans up, and whoever waits for anything else waits until the process ends. So the run stands still where
 * it is, and what is told of its state stays true.
 */
class Gate {
    #closed = false;
    #onTheWay = new Set();
    close() {
        this.#closed = true;
    }
    /** What was asked for before the gate was closed; what comes later never comes. */
    async pass(coming) {
        const value = await coming;
        return this.#closed ? never() : value;
    }
    /** @param cleansUp which requests may still leave when the gate is closed */
    requests(http, cleansUp = () => false) {
        return {
            basePath: http.basePath,
            send: async (request) => {
                if (cleansUp(request))
                    return this.#track(http.send(request));
                if (this.#closed)
                    return never();
                // Asked right before the bytes are written: connecting may take longer than the gate is open.
                const mayStart = () => !this.#closed && (request.mayStart?.() ?? true);
                const result = await this.#track(http.send({ ...request, mayStart }));
                return this.#closed && result.kind === 'not-sent' ? never() : result;
            },
        };
    }
    clock(clock) {
        return {
            now: () => clock.now(),
            monotonic: () => clock.monotonic(),
            sleep: (duration) => this.pass(clock.sleep(duration)),
        };
    }
    /** When every request on its way has come to something, and the run has taken note of it. */
    async settled() {
        while (this.#onTheWay.size > 0)
            await Promise.allSettled(this.#onTheWay);
        await (0,promises_namespaceObject.setImmediate)();
    }
    #track(sending) {
        const tracked = sending.finally(() => this.#onTheWay.delete(tracked));
        this.#onTheWay.add(tracked);
        return tracked;
    }
}
function never() {
    return new Promise(() => { });
}

// EXTERNAL MODULE: ./lib/secrets/shapes.js
var shapes = __nccwpck_require__(6111);
;// CONCATENATED MODULE: ./lib/messages/guard.js


const WITHHELD = '(withheld: the text holds a credential)';
const OUTPUT_WITHHELD = {
    code: 'output-withheld',
    message: 'the value holds a credential, which must not be handed on',
};
const STATE_WITHHELD = {
    code: 'output-withheld',
    message: 'what the post step has to know holds a credential, which must not be handed on',
};
/** GitHub takes at most 1 MiB of summary for a step; beyond it, it drops the whole. */
const SUMMARY_BYTES = 1024 * 1024;
const CUT = '\n\n… the rest of this summary was cut: it would be longer than GitHub takes.\n';
/**
 * The last thing every text passes on its way out. Texts are clean already where they are made; this holds
 * even where that went wrong: nothing that contains a credential leaves, masked or not, nor what only looks like
 * one, and no text of ours or a server's is taken by the runner as a command.
 */
function guarded(sink, secrets) {
    const holdsOne = (text) => secrets.holds(text) || (0,shapes/* looksLikeCredential */.Pv)(text);
    // What is printed of a text may hold one that the text itself does not: a tab becomes a space.
    const clean = (text) => withhold(text, (part) => holdsOne(part) || holdsOne(inert(flat(part))));
    // Escaping puts backslashes between a credential's characters, which must not hide it.
    const cleanMarkdown = (text) => withhold(text, (part) => holdsOne(part) || holdsOne(part.replace(/\\([!-/:-@[-`{-~])/gu, '$1')));
    const line = (text) => inert(flat(clean(text)));
    const annotation = ({ title, message, at }) => ({
        title: line(title),
        message: linesOf(clean(message))
            .map((one) => inert(flat(one)))
            .join('\n'),
        ...(at === undefined ? {} : { at: { file: line(at.file), line: at.line } }),
    });
    let summaryRoom = SUMMARY_BYTES;
    let endsInLine = false;
    return {
        line: (text) => {
            for (const one of linesOf(clean(text)))
                sink.line(inert(flat(one)));
        },
        debug: (text) => sink.debug(line(text)),
        group: (title) => sink.group(line(title)),
        endGroup: () => sink.endGroup(),
        notice: (one) => sink.notice(annotation(one)),
        warning: (one) => sink.warning(annotation(one)),
        error: (one) => sink.error(annotation(one)),
        output: (name, value) => {
            if (holdsOne(value))
                throw new messages_sink/* NotHandedOn */.TS(OUTPUT_WITHHELD);
            sink.output(name, value);
        },
        state: (name, value) => {
            if (holdsOne(value))
                throw new messages_sink/* NotHandedOn */.TS(STATE_WITHHELD);
            sink.state(name, value);
        },
        secretOutput: (name, value) => sink.secretOutput(name, value),
        secretVariable: (name, value) => sink.secretVariable(name, value),
        summary: (markdown) => {
            // Two pieces must not make one credential of their halves.
            const apart = endsInLine ? `\n${cleanMarkdown(markdown)}` : cleanMarkdown(markdown);
            endsInLine = !apart.endsWith('\n');
            const kept = cutTo(summaryRoom, apart);
            summaryRoom -= Buffer.byteLength(kept);
            sink.summary(kept);
        },
    };
}
/** Withholds the lines that hold a credential; all of it when one is spread over several lines. */
function withhold(text, holds) {
    if (!holds(text))
        return text;
    const rest = text
        .split('\n')
        .map((line) => (holds(line) ? WITHHELD : line))
        .join('\n');
    return holds(rest) ? WITHHELD : rest;
}
/** The runner reads lines as .NET does: CR, LF and CRLF each end one. */
function linesOf(text) {
    return text.split(/\r\n|\r|\n/u);
}
/** One line without control, bidirectional or other invisible characters. */
function flat(text) {
    return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
/**
 * The runner takes a line as a command when it begins with `::` after white space, or has `##[` anywhere
 * (actions/runner, ActionCommand.cs).
 */
function inert(line) {
    return line.replace(/^(\s*)::/u, '$1: :').replaceAll('##[', '## [');
}
function cutTo(bytes, text) {
    if (Buffer.byteLength(text) <= bytes)
        return text;
    const room = bytes - Buffer.byteLength(CUT);
    if (room < 0)
        return '';
    let kept = Buffer.from(text).subarray(0, room).toString('utf8');
    kept = kept.slice(0, Math.max(0, kept.lastIndexOf('\n')));
    return kept + CUT;
}

// EXTERNAL MODULE: ./lib/secrets/forms.js
var secrets_forms = __nccwpck_require__(9930);
;// CONCATENATED MODULE: ./lib/secrets/secret.js
/** `util.inspect.custom`, by the name under which all of JavaScript finds it. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
/**
 * A credential in memory. Every way of printing it gives `***`; only `expose()` gives the text, and the
 * places that call it are few enough to read: the mask, the sealed box, a request's own header or body.
 * Made by {@link SecretRegistry.admit}, which masks the text first.
 */
class Secret {
    #text;
    constructor(text) {
        this.#text = text;
    }
    expose() {
        return this.#text;
    }
    toString() {
        return '***';
    }
    toJSON() {
        return '***';
    }
    /** @internal */
    [INSPECT]() {
        return '***';
    }
}

;// CONCATENATED MODULE: ./lib/secrets/views.js
/**
 * What a reader can make of a text: white space and characters that cannot be seen taken out, and the escapes of
 * JSON, HTML, URLs and forms put back into what they stand for, once, twice and a little further. A credential and a
 * text that are compared go through the same, so it does not matter what in them only looks like an escape. Each step
 * is linear in the text.
 */
function viewsOf(text) {
    const views = [bare(text)];
    for (let last = views[0] ?? ''; views.length <= ROUNDS;) {
        const next = bare(decoded(last));
        if (next === last)
            break;
        views.push(next);
        last = next;
    }
    return views;
}
/** What is escaped twice, of a credential that itself looks as if it were. */
const ROUNDS = 4;
/**
 * Without white space (a form's `+` is some), control, format, unassigned and private characters, and those that no
 * font shows.
 */
function bare(text) {
    return text
        .toWellFormed()
        .replace(/[\s+\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
        .normalize('NFC');
}
/**
 * `\u0026`, `\u{26}`, `\x26`, `\/` (as Markdown escapes marks, too), `%26`, `&#38;`, `&#x26;`, `&amp;`. What stands for
 * bytes is read as UTF-8, and where it is none, as Latin-1.
 */
const ESCAPES = /((?:%[\da-f]{2})+)|((?:\\x[\da-f]{2})+)|\\u(?:\{([\da-f]{1,6})\}|([\da-f]{4}))|\\([!-/:-@[-`{-~bfnrt])|&#(?:x([\da-f]{1,6})|(\d{1,7}));?|&([a-z]\w{1,15});/giu;
function decoded(text) {
    if (!/[\\%&]/u.test(text))
        return text;
    return text.replace(ESCAPES, (all, ...parts) => {
        const [percent, octets, braced, unit, simple, hexadecimal, decimal, name] = parts;
        if (percent !== undefined)
            return ofBytes(percent.replaceAll('%', ''));
        if (octets !== undefined)
            return ofBytes(octets.replaceAll(/\\x/giu, ''));
        if (unit !== undefined)
            return String.fromCharCode(Number.parseInt(unit, 16));
        if (simple !== undefined)
            return INVISIBLE.test(simple) ? '' : simple;
        const code = decimal === undefined ? Number.parseInt(braced ?? hexadecimal ?? '', 16) : Number(decimal);
        if (code <= LAST_CODE_POINT)
            return String.fromCodePoint(code);
        return ENTITIES.get(name ?? '') ?? all;
    });
}
const LAST_CODE_POINT = 0x10_ff_ff;
/** Letters after a backslash that stand for what is not visible; a mark stands for itself. */
const INVISIBLE = /^[bfnrt]$/u;
function ofBytes(hex) {
    const bytes = Buffer.from(hex, 'hex');
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch {
        return bytes.toString('latin1');
    }
}
/** U+00A0 to U+00FF in HTML, in their order. */
const LATIN_1 = 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
/** Marks of ASCII, and what keyboards have beyond it. */
const MARKS = 'amp & AMP & lt < LT < gt > GT > quot " QUOT " apos \' excl ! num # dollar $ percnt % lpar ( rpar ) ast * midast * plus + comma , period . sol / colon : semi ; equals = quest ? commat @ lsqb [ lbrack [ bsol \\ rsqb ] rbrack ] Hat ^ lowbar _ UnderBar _ grave ` lcub { lbrace { verbar | vert | VerticalLine | rcub } rbrace } hyphen ‐ dash ‐ ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ hellip … bull • dagger † Dagger ‡ permil ‰ lsaquo ‹ rsaquo › euro € trade ™ fnof ƒ circ ˆ tilde ˜ OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ minus −';
const ENTITIES = new Map([
    ...LATIN_1.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)]),
    ...pairs(MARKS.split(' ')),
]);
function pairs(words) {
    return words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1] ?? '']] : []));
}

;// CONCATENATED MODULE: ./lib/secrets/registry.js





/** A view that is shorter would be found in texts by chance; the forms are looked for all the same. */
const SHORTEST_VIEW = 8;
/**
 * Every credential this process has seen. Admitting one masks it before anything else can print it
 * (protocol P5); afterwards any text can be asked whether it holds one.
 */
class SecretRegistry {
    /** As they stand in texts. */
    #forms = new Set();
    /** As they stand in the views of texts. */
    #views = new Set();
    #masked = new Set();
    #mask;
    /** @param mask tells the log's owner (the runner) to hide this text from now on */
    constructor(mask) {
        this.#mask = mask;
    }
    /** Masks a freshly decoded credential in all its forms and returns the only value that may travel. */
    admit(text) {
        for (const form of this.#note(text)) {
            if (this.#masked.has(form))
                continue;
            this.#masked.add(form);
            this.#mask(form);
        }
        return new Secret(text);
    }
    /**
     * Withholds from now on every text that holds this one, without telling the runner: for what may be a credential
     * and may be anything, of which masks could make the log unreadable.
     */
    withhold(text) {
        this.#note(text);
    }
    #note(text) {
        const forms = (0,secrets_forms/* formsOf */.X)(text);
        for (const form of forms)
            this.#forms.add(form);
        for (const view of [...viewsOf(text), ...forms.map(bare)]) {
            if (view.length >= SHORTEST_VIEW)
                this.#views.add(view);
        }
        return forms;
    }
    /** Whether `text` holds an admitted credential in any of its forms, or what a reader could take for one. */
    holds(text) {
        for (const form of this.#forms)
            if (text.includes(form))
                return true;
        if (this.#views.size === 0)
            return false;
        const views = viewsOf(text);
        for (const known of this.#views)
            if (views.some((view) => view.includes(known)))
                return true;
        return false;
    }
    /**
     * A server's own words, for an error or the log: one printable line of at most `max` characters, or a note
     * that they were withheld because they hold a credential, or what looks like one.
     */
    quote(text, max = 200) {
        const line = (0,core_text/* printable */.g)(text, max);
        const holdsOne = this.holds(text) ||
            this.holds(line) ||
            [text, line, ...viewsOf(text)].some((one) => (0,shapes/* looksLikeCredential */.Pv)(one));
        return holdsOne ? '(withheld: the text holds a credential)' : line;
    }
}

;// CONCATENATED MODULE: ./lib/process/cancelled.js
/** A question was not answered: Ctrl-C, or the end of stdin. Nothing has been changed by then. */
class Cancelled extends Error {
    constructor() {
        super('Cancelled; nothing was changed');
    }
}

;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: ./lib/commands/context.js
/** The signals that ask a process to end and let it say how. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

;// CONCATENATED MODULE: ./lib/process/ending.js




/** The runner gives a cancelled step 7.5 s after SIGINT, and 2.5 s more after SIGTERM. */
const CLEAN_UP_MS = 6_000;
/**
 * Stands by for an end in the middle: a cancelled job, a bug. Either way nothing new is begun, what was opened
 * is closed, what is on its way may arrive, and then the log says, once, in which state things are.
 * @param alwaysGreen the exit code is 0, whatever happened
 */
function onEarlyEnd(gate, unfinished, tell, alwaysGreen = false) {
    let ending = false;
    const end = async (code, report) => {
        // Whatever else happens on the way out changes nothing about why and how the run ends.
        if (ending)
            return;
        ending = true;
        gate.close();
        tell(`the run ends here: nothing new is begun, and what is on its way has ${CLEAN_UP_MS / 1_000} s`);
        const limit = new Promise((resolve) => setTimeout(resolve, CLEAN_UP_MS));
        await Promise.race([Promise.allSettled([gate.settled(), unfinished.cleanUp()]), limit]);
        try {
            tell(report());
        }
        finally {
            process.exit(alwaysGreen ? 0 : code);
        }
    };
    const cancelled = (signal) => {
        if (unfinished.takesSignal?.(signal) === true)
            return;
        void end(128 + external_node_os_namespaceObject.constants.signals[signal], () => cancellation(signal, unfinished));
    };
    const broken = (error) => {
        const report = () => error instanceof messages_sink/* NotHandedOn */.TS ? notHandedOn(error, unfinished) : bug(error, unfinished);
        void end(1, report);
    };
    for (const signal of ENDING_SIGNALS)
        process.on(signal, cancelled);
    process.on('uncaughtException', broken).on('unhandledRejection', broken);
    return {
        broken,
        standDown: () => {
            for (const signal of ENDING_SIGNALS)
                process.off(signal, cancelled);
            process.off('uncaughtException', broken).off('unhandledRejection', broken);
        },
    };
}
function cancellation(signal, unfinished) {
    return (0,messages_failure/* earlyFailure */.iF)({
        code: 'cancelled',
        message: `the run was cancelled (${signal})`,
        state: unfinished.state(),
    });
}
/** The runner, or the disk, is not as it has to be. */
function notHandedOn({ code, message }, unfinished) {
    return (0,messages_failure/* earlyFailure */.iF)({
        code,
        message: `what later steps need could not be handed on: ${message}`,
        state: unfinished.state(),
    });
}
/** An exception is a bug of ours: what it says is for the report of it, and the state is what the log knows. */
function bug(error, unfinished) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return (0,messages_failure/* earlyFailure */.iF)({
        code: 'internal-error',
        message: 'this action has a bug, or the machine it runs on is broken',
        details: text.split('\n').map((line) => line.trim()),
        state: [
            ...unfinished.state(),
            "to be sure, compare the account's keys at MUTX with the dates of the secrets in the repository's settings",
        ],
    });
}

;// CONCATENATED MODULE: ./lib/process/run-process.js








/**
 * Runs one verb, or one phase of it, in this process, to its end, which may be a signal. The exit code is that of
 * the host for a run that did not do what was asked for, 130 or 143 if it was cancelled.
 * @param title of a failure: what was not done
 * @throws Cancelled
 */
async function runProcess(run, title, host) {
    const secrets = new SecretRegistry(host.mask);
    const sink = guarded(host.sink, secrets);
    const unfinished = {
        state: () => ['nothing was changed: no key was made or revoked, no secret was written'],
        cleanUp: async () => { },
    };
    const failAs = (as, told, summary) => {
        // Where nobody reads annotations, no workflow is at hand either.
        const report = host.annotates ? told : (0,messages_failure/* withoutWorkflow */.YQ)(told);
        process.exitCode = host.failed(report);
        for (const line of (0,messages_failure/* failureLines */.w7)(as, report))
            sink.line(line);
        const annotation = (0,messages_failure/* failureAnnotation */.Qp)(as, report);
        if (host.annotates && host.alwaysGreen === true)
            sink.warning(annotation);
        else if (host.annotates)
            sink.error(annotation);
        sink.summary(summary);
    };
    const fail = (told, summary = (0,messages_summary/* failureSummary */.jg)(title, told)) => failAs(title, told, summary);
    const endInTheMiddle = (news) => {
        sink.endGroup();
        if (typeof news === 'string')
            sink.line(news);
        else {
            const done = unfinished.title?.() ?? title;
            failAs(done, news, (0,messages_summary/* failureSummary */.jg)(done, news));
        }
    };
    const gate = new Gate();
    const { broken, standDown } = onEarlyEnd(gate, unfinished, endInTheMiddle, host.alwaysGreen);
    try {
        await run({ env: host.env, secrets, sink, clock: core_time/* clock */.p, gate, unfinished, fail });
        standDown();
    }
    catch (error) {
        if (error instanceof Cancelled) {
            await unfinished.cleanUp();
            standDown();
            throw error;
        }
        broken(error);
    }
}

;// CONCATENATED MODULE: ./lib/process/unread.js
/**
 * Lets a run go on to its end when nobody reads its words any more: `| head`, a runner that closes the pipe, a disk
 * that is full. What cannot be written is dropped, and the exit code is by what the run came to. An end in the
 * middle could leave a key that no secret holds, and no words that say so.
 */
function outliveReaders(...streams) {
    // Without a listener Node throws each failed write as an exception (https://nodejs.org/api/events.html#error-events).
    for (const stream of streams)
        stream.on('error', () => { });
}

;// CONCATENATED MODULE: ./lib/runner/runner-sink.js



/** Makes sure that the runner takes what is handed on by this file. @throws NotHandedOn */
function requireFile(file) {
    by(file, (path) => (0,external_node_fs_.appendFileSync)(path, ''));
}
/** @throws NotHandedOn there is no such file, or it cannot be written */
function by(file, write) {
    const path = process.env[file] ?? '';
    if (path === '')
        throw unwritable(`the runner names no file in \`${file}\``);
    try {
        // A package that finds no file does not say why; the system does.
        (0,external_node_fs_.appendFileSync)(path, '');
        write(path);
    }
    catch (thrown) {
        const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
        throw unwritable(`the file in \`${file}\` cannot be written (${why})`);
    }
}
function unwritable(message) {
    return new messages_sink/* NotHandedOn */.TS({ code: 'runner-file-unwritable', message });
}
/** A variable of the steps to come, and of those alone: the package sets it in this process too. */
function handOnVariable(name, value) {
    const { [name]: before } = process.env;
    try {
        exportVariable(name, value);
    }
    finally {
        if (before === undefined)
            delete process.env[name];
        else
            process.env[name] = before;
    }
}
function properties({ title, at }) {
    return { title, ...(at === undefined ? {} : { file: at.file, startLine: at.line }) };
}
/**
 * The runner's log, commands and files. What a step hands on is written only where the runner names a file for it:
 * without one the package prints the value.
 */
const runnerSink = {
    line: (text) => info(text),
    debug: (text) => core_debug(text),
    group: (title) => startGroup(title),
    endGroup: () => endGroup(),
    notice: (annotation) => notice(annotation.message, properties(annotation)),
    warning: (annotation) => warning(annotation.message, properties(annotation)),
    error: (annotation) => error(annotation.message, properties(annotation)),
    output: (name, value) => by('GITHUB_OUTPUT', () => setOutput(name, value)),
    state: (name, value) => by('GITHUB_STATE', () => saveState(name, value)),
    secretOutput: (name, value) => by('GITHUB_OUTPUT', () => setOutput(name, value.expose())),
    secretVariable: (name, value) => by('GITHUB_ENV', () => handOnVariable(name, value.expose())),
    summary: (markdown) => {
        // Immediately rather than with the package, whose promise a cancelled job would not wait for.
        const { GITHUB_STEP_SUMMARY: file } = process.env;
        if (file === undefined || file === '')
            return;
        try {
            (0,external_node_fs_.appendFileSync)(file, markdown);
        }
        catch {
            // Whether the key was rotated does not depend on it.
            warning('the job summary could not be written', { title: 'Summary not written' });
        }
    },
};

;// CONCATENATED MODULE: ./lib/runner/main.js











const ENTRIES = {
    rotate: { run: rotateCommand, title: words/* FAILURE_TITLE */.uO.rotate },
    ephemeral: {
        run: ephemeralCommand,
        title: words/* FAILURE_TITLE */.uO.ephemeral,
        needs: ['GITHUB_STATE', 'GITHUB_OUTPUT', 'GITHUB_ENV'],
    },
    'ephemeral-post': { run: ephemeralPostCommand, title: 'MUTX API key not revoked', post: true },
    revoke: { run: revokeCommand, title: words/* FAILURE_TITLE */.uO.revoke },
    audit: { run: auditCommand, title: words/* FAILURE_TITLE */.uO.audit },
    plan: { run: plan, title: words/* FAILURE_TITLE */.uO.plan },
    issue: { run: issue_issueCommand, title: words/* FAILURE_TITLE */.uO.issue },
};
/** Late: it brings a parser of YAML along, which the others need not pay for. */
async function plan(context) {
    const { planCommand: planVerb } = await Promise.all(/* import() | fleet */[__nccwpck_require__.e(815), __nccwpck_require__.e(933)]).then(__nccwpck_require__.bind(__nccwpck_require__, 2973));
    await planVerb(context, { forJobs: true });
}
/**
 * Entry of dist/, called by the launchers that each `action.yml` names: runs one phase of an action to its end. The
 * exit code is 1 if what was asked for was not done, 130 or 143 if the job was cancelled; of a post step it is
 * always 0.
 */
async function main(entry) {
    const { run, title, needs = [], post } = ENTRIES[entry];
    outliveReaders(process.stdout, process.stderr);
    const prepared = async (context) => {
        for (const file of needs)
            requireFile(file);
        await run(context);
    };
    await runProcess(prepared, title, {
        env: process.env,
        sink: runnerSink,
        mask: core_setSecret,
        failed: () => (post === true ? 0 : 1),
        annotates: true,
        alwaysGreen: post === true,
    });
}

var __webpack_exports__main = __webpack_exports__.i;
export { __webpack_exports__main as main };
