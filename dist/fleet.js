export const id = 933;
export const ids = [933];
export const modules = {

/***/ 2973:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  planCommand: () => (/* binding */ planCommand)
});

// UNUSED EXPORTS: loadFleetInputs, lookAtFleet, plannedKeys

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./lib/secrets/forms.js
var secrets_forms = __webpack_require__(9930);
// EXTERNAL MODULE: ./lib/config/load/access.js + 1 modules
var access = __webpack_require__(3242);
// EXTERNAL MODULE: ./lib/config/load/warnings.js
var load_warnings = __webpack_require__(8298);
// EXTERNAL MODULE: ./lib/config/reader.js
var config_reader = __webpack_require__(1395);
// EXTERNAL MODULE: ./lib/config/table.js
var table = __webpack_require__(1582);
;// CONCATENATED MODULE: ./lib/config/fleet/fields.js

/** What the action that rotates takes, and an entry of a fleet does not: who runs it, and where. */
const NOT_OF_A_KEY = [
    'bootstrap-jwt',
    'refresh-token',
    'refresh-token-secret',
    'email',
    'password',
    'api-url',
    'github-token',
    'environment',
    'dry-run',
];
const NO_FIELDS = new Set(NOT_OF_A_KEY);
function isField(name) {
    return !NO_FIELDS.has(name);
}
/** The fields of an entry, in the order of the table of inputs. */
const FIELDS = (0,table/* inputsOf */.Vc)('rotate').filter(isField);
/** Those that are each key's own, so that no default can stand for them. */
const OWN = new Set(['key-name', 'targets']);
/** The fields that `defaults` may have. */
const DEFAULT_FIELDS = FIELDS.filter((name) => !OWN.has(name));
/** Fields that may be a list in YAML; each item is what a line is in the action's input. */
const LISTS = new Set(FIELDS.filter(table/* isList */.Lv));
/** Why an input of the action is no field; undefined for what is none of its inputs. */
function whyNotAField(name) {
    if (!NO_FIELDS.has(name))
        return undefined;
    switch (name) {
        case 'bootstrap-jwt':
        case 'refresh-token':
        case 'email':
        case 'password':
        case 'github-token':
            return {
                message: 'is a credential, and this file must not hold any',
                fix: 'take it out, and replace the credential: it is in the history of the repository. Credentials are secrets, handed to the workflow',
            };
        case 'environment':
            return {
                message: 'is not taken here',
                fix: 'write the environment in `targets`, as `owner/repo@environment`',
            };
        case 'refresh-token-secret':
        case 'api-url':
        case 'dry-run':
            return { message: 'is not a setting of a key', fix: 'give it to the step that reads this file' };
    }
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./lib/secrets/shapes.js
var shapes = __webpack_require__(6111);
// EXTERNAL MODULE: ./lib/config/credential/pasted.js
var pasted = __webpack_require__(5605);
// EXTERNAL MODULE: ./lib/config/load/key.js
var load_key = __webpack_require__(3784);
// EXTERNAL MODULE: ./lib/config/targets.js
var targets = __webpack_require__(4716);
// EXTERNAL MODULE: ./lib/config/unknown.js
var unknown = __webpack_require__(7624);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
// EXTERNAL MODULE: ./lib/core/text.js
var core_text = __webpack_require__(9716);
;// CONCATENATED MODULE: ./lib/config/fleet/document.js



/** Where the parser stumbles is often the line after the one that is wrong. */
const LOOK = 'see this line and the one before it';
const LAYOUT = `${LOOK}: names of one entry begin in one column, each with a colon and a space after it, and a list has an item a line: \`- key-name: web\`, and under it, two spaces further in than the \`-\`, \`targets: [acme/web]\``;
const FIXES = new Map([
    ['TAB_AS_INDENT', 'indent with spaces'],
    ['BAD_SCALAR_START', 'put the value in quotes'],
    ['BAD_INDENT', LAYOUT],
    ['BLOCK_AS_IMPLICIT_KEY', LAYOUT],
    ['MULTILINE_IMPLICIT_KEY', LAYOUT],
]);
/** What to do about an error of the YAML parser, which says only what it expected. */
function yamlFix({ code, message }) {
    if (code !== 'MISSING_CHAR')
        return FIXES.get(code) ?? `${LOOK}, and correct it`;
    return message.startsWith('Missing closing') ? 'close the quote' : LAYOUT;
}
/** Everything that is wrong with a fleet, each thing once. */
class Complaints {
    #secrets;
    #problems = new Map();
    constructor(secrets) {
        this.#secrets = secrets;
    }
    get found() {
        return this.#problems.size > 0;
    }
    /** In the order of the lines. */
    get all() {
        return [...this.#problems.values()].sort((one, other) => one.line - other.line);
    }
    add(line, message, fix) {
        // What is wrong with a default is wrong with every key that has it.
        this.#problems.set(`${line} ${message}`, { line, message: (0,core_text/* printable */.g)(message, 500), fix });
    }
    /** A name that belongs to none of these. */
    unknown(line, name, known) {
        const meant = (0,unknown/* nearest */.pA)(name.toLowerCase(), known);
        this.add(line, `${this.name(name)} is not known here`, meant === undefined ? `take it out; known are ${known.join(', ')}` : `did you mean \`${meant}\`?`);
    }
    /** A name from the file, fit to be shown. */
    name(text) {
        return `\`${this.#secrets.quote(text, 60)}\``;
    }
}
/** Nobody writes more by hand, and reading it takes a second. */
const MOST_BYTES = 1024 * 1024;
const EMPTY = { line: 1, fields: new Map() };
/**
 * The YAML of a fleet as lines, names and texts. The tree is walked and never turned into objects, so that no
 * name in it means anything to JavaScript. Aliases, anchors and tags are refused: a file of a few lines could
 * grow without end, or become something else than it looks like.
 */
function readDocument(text, secrets, complaints) {
    const nothing = { defaults: EMPTY, keys: [] };
    if (Buffer.byteLength(text) > MOST_BYTES) {
        complaints.add(1, 'the file is larger than 1 MiB', 'make several fleets of it, a workflow each');
        return nothing;
    }
    // What UTF-16 looks like to a reader of UTF-8: zeros between the letters, and a mark that is none.
    if (text.includes('\0') || text.startsWith('\ufffd\ufffd')) {
        complaints.add(1, 'the file is not UTF-8; it looks like UTF-16', 'save it as UTF-8');
        return nothing;
    }
    const lines = new dist/* LineCounter */.HN();
    // Twice the same name is looked for below: the parser's own check takes quadratic time.
    const [document, ...more] = (0,dist/* parseAllDocuments */.hR)(text, {
        lineCounter: lines,
        prettyErrors: false,
        uniqueKeys: false,
        logLevel: 'silent',
    });
    const at = (offset) => Math.max(1, lines.linePos(offset).line);
    if (document === undefined || document.contents === null) {
        complaints.add(1, 'the file is empty', 'declare at least one entry under `keys:`');
        return nothing;
    }
    if (more.length > 0) {
        complaints.add(at(more[0]?.range[0] ?? 0), 'a second YAML document begins', 'keep one of them');
    }
    const told = new Set();
    for (const error of [...document.errors, ...document.warnings]) {
        const line = at(error.pos[0]);
        // What the parser says next of the same line follows from the first.
        if (told.has(line))
            continue;
        told.add(line);
        complaints.add(line, `the YAML cannot be read: ${secrets.quote(error.message)}`, yamlFix(error));
    }
    (0,dist/* visit */.YR)(document, {
        Node: (_key, node) => {
            const what = forbidden(node);
            if (what === undefined)
                return;
            const instead = '`defaults` holds what several keys have in common';
            complaints.add(at(node.range?.[0] ?? 0), `${what} is not taken here`, `write it out; ${instead}`);
        },
    });
    return complaints.found ? nothing : new Walk(at, complaints).fleet(document.contents);
}
function forbidden(node) {
    if ((0,dist/* isAlias */.Vj)(node))
        return 'an alias';
    if ('anchor' in node && node.anchor !== undefined)
        return 'an anchor';
    return node.tag === undefined ? undefined : 'a tag';
}
class Walk {
    #at;
    #complaints;
    constructor(at, complaints) {
        this.#at = at;
        this.#complaints = complaints;
    }
    fleet(root) {
        let defaults = EMPTY;
        let keys;
        const pairs = this.#map(root, 1, 'the file');
        for (const [name, line, value] of pairs ?? []) {
            if (name === 'defaults')
                defaults = this.#entry(value, line, '`defaults`');
            else if (name === 'keys')
                keys = this.#list(value, line);
            else
                this.#complaints.unknown(line, name, ['defaults', 'keys']);
        }
        if (keys === undefined && pairs !== undefined) {
            this.#complaints.add(1, 'there is no `keys`', 'declare at least one entry under `keys:`');
        }
        return { defaults, keys: keys ?? [] };
    }
    #list(value, line) {
        if (!(0,dist/* isSeq */.oP)(value) || value.items.length === 0) {
            this.#complaints.add(line, '`keys` is not a list with at least one entry', 'begin each key with `- key-name:`');
            return [];
        }
        return value.items.map((item) => this.#entry(item, this.#lineOf(item, line), 'an entry of `keys`'));
    }
    #entry(value, line, what) {
        const fields = new Map();
        for (const [name, at, content] of this.#map(value, line, what) ?? []) {
            fields.set(name, this.#field(name, at, content));
        }
        return { line, fields };
    }
    #field(name, line, value) {
        if ((0,dist/* isSeq */.oP)(value)) {
            const texts = value.items.flatMap((item) => this.#text(name, item, this.#lineOf(item, line)));
            return { line, isList: true, texts };
        }
        return { line, isList: false, texts: this.#text(name, value, line) };
    }
    #text(name, value, line) {
        if ((0,dist/* isScalar */.jn)(value))
            return [{ line: this.#lineOf(value, line), text: textOf(value) }];
        const split = splitTarget(value);
        const message = split === undefined
            ? `${this.#complaints.name(name)} holds a mapping or a list where one value belongs`
            : `${this.#complaints.name(name)} holds a mapping where one value belongs: YAML makes one of a colon with a space after it`;
        const fix = split === undefined
            ? 'write one value, or a list of values for `targets`'
            : `write ${this.#complaints.name(split)}, without the space`;
        this.#complaints.add(this.#lineOf(value, line), message, fix);
        return [];
    }
    /** The pairs of a mapping whose names are plain texts; undefined: it is none, which is told. */
    #map(value, line, what) {
        if (!(0,dist/* isMap */.jh)(value)) {
            this.#complaints.add(line, `${what} is not a mapping of names to values`, 'write `name: value` lines');
            return undefined;
        }
        const seen = new Map();
        return value.items.flatMap(({ key, value: content }) => {
            const at = this.#lineOf(key, line);
            if (!(0,dist/* isScalar */.jn)(key)) {
                this.#complaints.add(at, 'a name is no plain text', 'write `name: value` lines');
                return [];
            }
            const name = textOf(key);
            const before = seen.get(name);
            if (before !== undefined) {
                const message = `${this.#complaints.name(name)} stands here a second time, after line ${before}`;
                this.#complaints.add(at, message, 'keep one of them');
                return [];
            }
            seen.set(name, at);
            return [[name, at, content]];
        });
    }
    #lineOf(node, otherwise) {
        const range = (0,dist/* isScalar */.jn)(node) || (0,dist/* isMap */.jh)(node) || (0,dist/* isSeq */.oP)(node) ? node.range : undefined;
        return range ? this.#at(range[0]) : otherwise;
    }
}
/** A target like `org: acme`, which YAML takes for a mapping, as it was meant; undefined: it is something else. */
function splitTarget(value) {
    if (!(0,dist/* isMap */.jh)(value) || value.items.length !== 1)
        return undefined;
    const [pair] = value.items;
    if (!(0,dist/* isScalar */.jn)(pair?.key) || !(0,dist/* isScalar */.jn)(pair.value))
        return undefined;
    const prefix = textOf(pair.key);
    return /^(?:org|actions|dependabot|codespaces|agents)$/iu.test(prefix)
        ? `${prefix}:${textOf(pair.value)}`
        : undefined;
}
/** As it was written: `0x10` and `1e2` are no numbers here, as they are none in an input of the action. */
function textOf(scalar) {
    return scalar.value === null ? '' : (scalar.source ?? '');
}

;// CONCATENATED MODULE: ./lib/config/fleet/load-fleet.js










/** Ten matrices of as many jobs as GitHub allows in one. */
const MOST_KEYS = 10 * 256;
/**
 * Reads a fleet: every problem at once, with its line. What looks like a credential is masked before anything
 * else, and a file that holds one is refused.
 */
function loadFleet(text, options) {
    const { secrets } = options;
    (0,pasted/* admitMisplaced */.UZ)(secrets, text);
    const complaints = new Complaints(secrets);
    const raw = readDocument(text, secrets, complaints);
    refuseCredentials(text, raw, complaints);
    if (raw.keys.length > MOST_KEYS) {
        const message = `there are ${raw.keys.length} keys, and ${MOST_KEYS} is the limit`;
        complaints.add(raw.keys[MOST_KEYS]?.line ?? 1, message, 'make several fleets of it, a workflow each');
    }
    checkNames(raw.defaults, DEFAULT_FIELDS, complaints);
    const keys = raw.keys.map((entry) => keyOf(entry, raw.defaults, complaints, options));
    refuseSharing(keys, complaints);
    return complaints.found
        ? { ok: false, problems: complaints.all }
        : { ok: true, keys: keys.map(({ key }) => key) };
}
/** Of the shapes that are known, anywhere: in a comment too. And whatever stands under a credential's name. */
function refuseCredentials(text, { defaults, keys }, complaints) {
    for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
        if ((0,shapes/* credentialsIn */.Wr)(line).length === 0)
            continue;
        complaints.add(index + 1, 'the line holds what looks like a credential', 'take it out, and replace the credential: it is in the history of the repository');
    }
    for (const { fields } of [defaults, ...keys]) {
        for (const [name, { line }] of fields) {
            const why = whyNotAField(name.toLowerCase());
            if (why !== undefined)
                complaints.add(line, `${complaints.name(name)} ${why.message}`, why.fix);
        }
    }
}
function checkNames({ fields }, known, complaints) {
    const names = new Set(known);
    for (const [name, { line }] of fields) {
        if (names.has(name) || whyNotAField(name.toLowerCase()) !== undefined)
            continue;
        if (FIELDS.some((field) => field === name)) {
            const message = `${complaints.name(name)} is each key's own, and cannot be a default`;
            complaints.add(line, message, 'give it to each key');
        }
        else
            complaints.unknown(line, name, known);
    }
}
function keyOf(entry, defaults, complaints, options) {
    checkNames(entry, FIELDS, complaints);
    const { secrets, host, here, mostTargets } = options;
    const fields = new Map();
    const given = new Map();
    for (const name of FIELDS) {
        const field = entry.fields.get(name) ?? defaults.fields.get(name);
        if (field === undefined)
            continue;
        fields.set(name, field);
        given.set(name, inputText(name, field, complaints));
    }
    if (here === undefined && !entry.fields.has('targets')) {
        complaints.add(entry.line, 'the key has no `targets`', 'name at least one target');
    }
    const env = Object.fromEntries([...given].map(([name, text]) => [(0,unknown/* variableOf */.Qn)(name), text]));
    const reader = new config_reader/* InputReader */.i(env, secrets, 'rotate');
    const key = (0,load_key/* readKey */.YZ)(reader, here?.() ?? { owner: 'nobody', repo: 'nothing' }, host);
    const lineOf = (problem) => lineOfProblem(problem, fields, entry, secrets);
    for (const problem of reader.problems)
        complaints.add(lineOf(problem), problemText(problem), problem.fix);
    const targetsLine = fields.get('targets')?.line ?? entry.line;
    if (key.targets.length > mostTargets) {
        complaints.add(targetsLine, `the key has ${key.targets.length} targets, and ${mostTargets} is the limit: GitHub's pace allows no more within the ten minutes that a rotation has for its writes`, 'split them over several keys, or store the key in one organisation secret');
    }
    const id = (0,external_node_crypto_.createHash)('sha256').update(key.settings.keyName).digest('hex').slice(0, 16);
    const lines = linesOfTargets(fields.get('targets'), given.get('secret-name') ?? specDefault('secret-name'));
    return { key: { ...key, id, line: entry.line, given }, lines };
}
/** What the action's input would hold. */
function inputText(name, { line, isList, texts }, complaints) {
    if (isList && !LISTS.has(name)) {
        complaints.add(line, `\`${name}\` is a list where one value belongs`, 'write one value');
        return '';
    }
    if (texts.every(({ text }) => text.trim() === '')) {
        complaints.add(line, `\`${name}\` is empty`, 'give it a value, or leave it out');
        return '';
    }
    for (const item of isList ? texts : []) {
        if (item.text.trim() !== '' && !/[\r\n]/.test(item.text))
            continue;
        complaints.add(item.line, `an item of \`${name}\` is not one line`, 'write one item for each');
    }
    return texts.map(({ text }) => text).join('\n');
}
/** The line of the item that a problem is about, of its field, or of the entry. */
function lineOfProblem({ input, given }, fields, entry, secrets) {
    const field = input === undefined ? undefined : fields.get(input);
    if (field === undefined)
        return entry.line;
    const item = field.texts.find(({ text }) => secrets.quote((0,targets/* targetLines */.NR)(text)[0] ?? '', 100) === given);
    return field.isList && item !== undefined ? item.line : field.line;
}
function problemText({ input, message, given, allowed }) {
    const shown = given === undefined ? '' : ` (given: \`${given}\`)`;
    return input === undefined ? message : `\`${input}\` ${message}${shown}; it takes ${allowed}`;
}
function specDefault(name) {
    return (0,table/* specOf */.rI)(name).verbs.rotate?.default ?? '';
}
function linesOfTargets(field, secretName) {
    const found = new Map();
    for (const { line, text } of field?.texts ?? []) {
        for (const target of (0,targets/* targetLines */.NR)(text)) {
            const parsed = (0,targets/* parseTarget */.hu)(target, secretName);
            if (parsed.ok)
                found.set((0,targets/* identityOf */.cu)(parsed.value), line);
        }
    }
    return found;
}
/** Two keys of one name, or with a secret in common: each rotation would undo the other's. */
function refuseSharing(keys, complaints) {
    const names = new Map();
    const owners = new Map();
    for (const { key, lines } of keys) {
        const { keyName } = key.settings;
        const namesake = names.get(keyName);
        if (keyName !== '' && namesake !== undefined) {
            complaints.add(key.line, `the key name ${complaints.name(keyName)} is taken by the key of line ${namesake.line}`, 'give each key a name of its own: each rotation revokes all older keys of its name');
        }
        names.set(keyName, namesake ?? key);
        for (const target of key.targets) {
            const identity = (0,targets/* identityOf */.cu)(target);
            const line = lines.get(identity) ?? key.line;
            const owner = owners.get(identity);
            if (owner === undefined)
                owners.set(identity, { key, line });
            else if (owner.key !== key) {
                complaints.add(line, `the secret ${target.secretName} of ${complaints.name(target.label)} belongs to the key of line ${owner.key.line} (its target of line ${owner.line})`, 'let one key have it, or give the secret another name with ` as OTHER_NAME`: two keys would overwrite each other');
            }
        }
    }
}

;// CONCATENATED MODULE: ./lib/config/fleet/matrix.js
/**
 * Jobs that GitHub makes of one matrix at the most.
 * https://docs.github.com/actions/reference/limits#existing-system-limits
 */
const MOST_JOBS = 256;
/** A job for each key, in matrices of at most {@link MOST_JOBS}; none where there is no key. */
function matricesOf(keys) {
    const entries = keys.map((key, index) => matrixEntryOf(key, index % MOST_JOBS));
    const shards = Math.ceil(entries.length / MOST_JOBS);
    return Array.from({ length: shards }, (_, shard) => ({
        include: entries.slice(shard * MOST_JOBS, (shard + 1) * MOST_JOBS),
    }));
}
/** @param index in its matrix: the outputs of its jobs are told apart by it; default: the longest */
function matrixEntryOf({ id, given, settings }, index = MOST_JOBS - 1) {
    return { id, index: String(index), ...Object.fromEntries(given), 'key-name': settings.keyName };
}
/** `{"include":[]}` and a comma. */
const FRAME = 15;
/**
 * The jobs whose matrices take at most so many characters together, as JSON: in the order in which they are given, each
 * that still fits. The others are for a later run.
 */
function jobsWithin(jobs, characters) {
    const now = [];
    const later = [];
    let left = characters - '[]'.length;
    for (const job of jobs) {
        const frame = now.length % MOST_JOBS === 0 ? FRAME : 0;
        const needed = JSON.stringify(matrixEntryOf(job.key, now.length % MOST_JOBS)).length + ','.length + frame;
        if (needed <= left) {
            left -= needed;
            now.push(job);
        }
        else
            later.push(job);
    }
    return { now, later };
}

;// CONCATENATED MODULE: ./lib/config/fleet/load-plan.js







/** The inputs of `plan` and the fleet they name: every problem of both, nothing called. */
function loadPlanInputs(env, secrets, { readText, mostTargets, forJobs }) {
    const reader = new config_reader/* InputReader */.i(env, secrets, 'plan');
    const { credential, githubToken, here, host, ...services } = (0,access/* readAccess */.zS)(reader, env, secrets);
    const file = reader.text('fleet-file');
    const one = reader.isGiven('key');
    const text = one ? entryText(reader) : readText(file);
    const options = { secrets, host, mostTargets, ...(one ? { here } : {}) };
    if (text === undefined && !one) {
        const message = 'names a file that cannot be read';
        const fix = 'check the path, and that a step before this one checks the repository out';
        reader.problem('fleet-file', { message, fix }, file);
    }
    const fleet = text === undefined ? undefined : loadFleet(text, options);
    const { problems, warnings } = reader;
    const where = one ? undefined : secrets.quote(file, 100);
    if (fleet?.ok === false)
        problems.push(...fleet.problems.map((problem) => inputProblem(problem, where)));
    if (forJobs && credential?.kind === 'password' && fleet?.ok === true) {
        problems.push(...fleet.keys.flatMap((key) => droppedByRunner(key, credential.email, where)));
    }
    if (credential === undefined || githubToken === undefined || !fleet?.ok || problems.length > 0) {
        return { ok: false, problems, warnings, credential };
    }
    const { keys } = fleet;
    const aboutKeys = keys.flatMap((key) => (0,load_warnings/* aboutName */.Hr)(key, host).map((note) => (where === undefined ? note : `${where}:${key.line}: ${note}`)));
    return {
        ok: true,
        value: { ...services, credential, githubToken, keys },
        warnings: [...warnings, ...aboutKeys],
    };
}
/** A fleet of the one key in the input; undefined, and a problem, where that is no object. */
function entryText(reader) {
    const given = reader.text('key');
    let parsed;
    try {
        parsed = JSON.parse(given);
    }
    catch {
        parsed = undefined;
    }
    if (typeof parsed !== 'object' || parsed === null) {
        // An input that holds a credential is told already, and counts as empty.
        if (given !== '')
            reader.problem('key', { message: 'is not a JSON object', fix: 'give one, like `{}`' });
        return undefined;
    }
    const said = new Map(Object.entries(parsed));
    const entry = FIELDS.flatMap((name) => {
        const value = said.get(name);
        return value === undefined || value === null || value === '' ? [] : [[name, value]];
    });
    // JSON is YAML. An empty line of its own for each field would tell nobody anything.
    return JSON.stringify({ keys: [Object.fromEntries(entry)] });
}
/**
 * The runner drops every output of a job that holds a secret of the job, with a line in the log and nothing else. The
 * others are admitted, so loading refuses them already; the e-mail address is no credential of its own.
 */
function droppedByRunner(key, email, file) {
    const entry = JSON.stringify(matrixEntryOf(key));
    if (!(0,secrets_forms/* formsOf */.X)(email).some((form) => entry.includes(form)))
        return [];
    const message = "the key's name or one of its targets holds the e-mail address of the account, which is a secret of this job: GitHub's runner drops an output that holds one, and no job would be started";
    return [inputProblem({ line: key.line, message, fix: 'take the address out of it' }, file)];
}
function inputProblem({ line, message, fix }, file) {
    const where = file === undefined ? 'the key' : `${file}:${line}`;
    const problem = { input: undefined, message: `${where}: ${message}`, allowed: '', fix };
    // A path from elsewhere is none that the page of the run could lead to.
    if (file === undefined || /^(?:[/\\]|[A-Za-z]:|\.\.)/u.test(file))
        return problem;
    return { ...problem, at: { file: file.replace(/^\.\//u, ''), line } };
}

// EXTERNAL MODULE: ./lib/core/limits.js
var limits = __webpack_require__(7535);
// EXTERNAL MODULE: ./lib/github/limiter.js
var limiter = __webpack_require__(7799);
// EXTERNAL MODULE: ./lib/github/targets/create-target.js + 7 modules
var create_target = __webpack_require__(7745);
// EXTERNAL MODULE: ./lib/messages/failure.js
var messages_failure = __webpack_require__(6974);
// EXTERNAL MODULE: ./lib/messages/markdown.js
var markdown = __webpack_require__(759);
// EXTERNAL MODULE: ./lib/messages/words.js
var words = __webpack_require__(2897);
;// CONCATENATED MODULE: ./lib/messages/rotation/fleet-plan.js


/** Rows beyond this would crowd out everything else; the output `plan` has them all. */
const MOST_ROWS = 500;
/** Whether it is known to be due. */
function isDue({ finding }) {
    return finding.kind === 'planned' && finding.plan.due;
}
/** Whether a job has to be made of it: a key that could not be looked at gets one, which says what is wrong. */
function needsJob(planned) {
    return planned.finding.kind === 'unreadable' || isDue(planned);
}
function rowOf({ key, finding }) {
    const common = { name: key.settings.keyName, targets: key.targets.length };
    if (finding.kind === 'unreadable') {
        const why = whyUnreadable(finding);
        return { ...common, state: 'not known', why, expires: '—', room: undefined };
    }
    const { plan } = finding;
    const { current } = plan;
    const expires = current === undefined ? '—' : expiryOf(current.expiresAt);
    const full = plan.due && (plan.room.kind === 'full' || plan.room.kind === 'too-soon');
    const room = full ? 'there is no place for one more key now' : undefined;
    return { ...common, state: plan.due ? 'due' : 'not due', why: plan.why, expires, room };
}
function expiryOf(expiresAt) {
    return expiresAt === undefined ? 'never' : (0,words/* instantText */.Xx)(expiresAt);
}
/** `3 of 12 keys are due`, and how many could not be looked at: each of these gets a job, too. */
function fleetHeadline(planned) {
    const due = planned.filter(isDue).length;
    const unreadable = planned.filter(({ finding }) => finding.kind === 'unreadable').length;
    const targets = planned.reduce((sum, { key }) => sum + key.targets.length, 0);
    const unknown = unreadable === 0
        ? ''
        : `; ${unreadable} could not be looked at, and ${unreadable === 1 ? 'gets a job that finds' : 'get jobs that find'} out: ${(0,words/* count */.U9)(due + unreadable, 'job')}`;
    return `${due} of ${(0,words/* count */.U9)(planned.length, 'key')} (${(0,words/* count */.U9)(targets, 'target')}) ${due === 1 ? 'is' : 'are'} due${unknown}`;
}
/** What the keys that could not be looked at have in common; undefined: there are none. */
function unreadableText(planned) {
    const unreadable = planned.flatMap(({ key, finding }) => finding.kind === 'unreadable' ? [{ key, why: whyUnreadable(finding) }] : []);
    const [first, ...more] = unreadable;
    if (first === undefined)
        return undefined;
    const others = more.length === 0 ? '' : `; so it is for ${(0,words/* count */.U9)(more.length, 'other key')}, see the table`;
    return `whether ${first.key.settings.keyName} is due is not known, so its job is to find out: ${first.why}${others}`;
}
function whyUnreadable({ failure }) {
    return failure.failures[0]?.message ?? failure.message;
}
/** The plan for the log: a heading, and a line a key, what is due first. */
function fleetLines(planned) {
    const rows = sorted(planned).map(rowOf);
    const width = Math.min(60, Math.max(3, ...rows.map(({ name }) => name.length)));
    const line = (state, name, targets, expires, why) => `${state.padEnd(9)}  ${name.padEnd(width)}  ${targets.padEnd(11)}  ${expires.padEnd(20)}  ${why}`;
    return [
        line('State', 'Key', 'Targets', 'Expires', 'Why'),
        ...rows.map(({ state, name, targets, expires, why, room }) => {
            const note = room === undefined ? '' : `; ${room}`;
            return line(state, name, (0,words/* count */.U9)(targets, 'target'), expires, `${why}${note}`);
        }),
    ];
}
/** The plan as the job's summary, in GitHub's Markdown. */
function fleetSummary(planned) {
    const rows = sorted(planned)
        .slice(0, MOST_ROWS)
        .map(rowOf)
        .map(({ state, name, targets, expires, why, room }) => [
        `${ICON[state]} ${state}`,
        (0,markdown/* code */.aY)(name),
        String(targets),
        expires,
        (0,markdown/* plain */.pj)(room === undefined ? why : `${why}; ${room}`),
    ]);
    const more = planned.length - rows.length;
    const rest = more > 0 ? `\n\n… and ${(0,words/* count */.U9)(more, 'more key')}; the output \`plan\` has them all.` : '';
    const head = ['State', 'Key', 'Targets', 'Expires', 'Why'];
    return `## MUTX API keys: what is due\n\n${(0,markdown/* plain */.pj)(fleetHeadline(planned))}\n\n${(0,markdown/* table */.tp)(head, rows)}${rest}\n`;
}
const ICON = { due: '🔄', 'not due': '➖', 'not known': '❓' };
/** The plan for machines. */
function fleetJson(planned) {
    return JSON.stringify(planned.map((one) => {
        const { name, state, why, room } = rowOf(one);
        const { key, finding } = one;
        const current = finding.kind === 'planned' ? finding.plan.current : undefined;
        return {
            'key-name': name,
            line: key.line,
            due: state === 'not known' ? null : state === 'due',
            why,
            ...(room === undefined ? {} : { room }),
            'key-id': current?.id ?? null,
            'expires-at': current?.expiresAt === undefined ? null : (0,words/* instantText */.Xx)(current.expiresAt),
            'superseded-key-ids': finding.kind === 'planned' ? finding.superseded : [],
            targets: key.targets.map(({ label, secretName }) => ({ target: label, secret: secretName })),
        };
    }));
}
function sorted(planned) {
    return [...mostUrgentFirst(planned.filter(needsJob)), ...planned.filter((one) => !needsJob(one))];
}
/**
 * The jobs whose secrets may hold no working key come first, then those whose key ends first; last those that could not
 * be looked at, most of which fail.
 */
function mostUrgentFirst(jobs) {
    return jobs.toSorted((one, other) => urgencyOf(one) - urgencyOf(other));
}
function urgencyOf({ finding }) {
    if (finding.kind === 'unreadable')
        return Number.MAX_VALUE;
    const { current } = finding.plan;
    return current === undefined ? 0 : (current.expiresAt ?? Number.MAX_SAFE_INTEGER);
}
/** What a run cannot hand on to its jobs, for the next run to take. */
function laterText(later, characters) {
    const names = later.map(({ key }) => key.settings.keyName);
    return `GitHub hands over at most ${characters} characters from one job to the next, so ${(0,words/* count */.U9)(later.length, 'key')} of those that need a job get none in this run. The next run takes them: ${(0,words/* someOf */.yU)(names, words/* ALL_OF_IT */.ch)}`;
}

// EXTERNAL MODULE: ./lib/core/retry.js
var retry = __webpack_require__(7493);
// EXTERNAL MODULE: ./lib/rotation/engine.js + 6 modules
var engine = __webpack_require__(5603);
// EXTERNAL MODULE: ./lib/rotation/room.js
var room = __webpack_require__(907);
// EXTERNAL MODULE: ./lib/rotation/rules.js
var rules = __webpack_require__(9541);
// EXTERNAL MODULE: ./lib/rotation/run.js
var rotation_run = __webpack_require__(7467);
;// CONCATENATED MODULE: ./lib/rotation/plan-fleet.js





/** Keys looked at side by side; each of them reads a few targets at a time, and GitHub's pace holds for all. */
const SIDE_BY_SIDE = 4;
/**
 * The plans of many rotations from one list of the account's keys, each decided as its own run would decide it.
 * Changes nothing. Whether a target can be written is left to the run that writes it. Rule W needs both servers'
 * times close together, so where the list is more than half a minute old when a secret is read, the plan does not
 * count on what W would revoke; the run that follows looks anew. A secret that was written after the list is looked at
 * once more, with a list of its own.
 */
async function planFleet(entries, ports) {
    const warnings = new Set();
    // No single key's settings have a say in these two, and it is no single key's run that tells of them.
    const call = (0,retry/* patientCalls */.RD)(ports);
    let sent = new retry/* Stopwatch */.eM(ports.clock);
    const [list, account] = await Promise.all([
        call(() => {
            sent = new retry/* Stopwatch */.eM(ports.clock);
            return ports.keys.list();
        }),
        call(() => ports.keys.account()),
    ]);
    const got = new retry/* Stopwatch */.eM(ports.clock);
    if (!list.ok)
        return { ok: false, failure: unreadableList(list.failure) };
    // It has been tried often enough.
    const asked = account.ok
        ? account
        : { ok: false, failure: { ...account.failure, retryable: false } };
    const plan = account.ok ? account.value.plan : undefined;
    const keysFor = byName(list.value, (0,room/* placesOf */.ek)(plan));
    const tooMany = tooManyFor(entries, list.value, plan);
    if (tooMany !== undefined)
        warnings.add(tooMany);
    const age = () => (list.reading === undefined ? sent.elapsed() : list.reading.lastAsked + got.elapsed());
    const findings = await (0,rotation_run/* eachOf */.pQ)(entries, SIDE_BY_SIDE, ({ settings, targets }) => {
        const mine = { ...list, value: keysFor(settings.keyName) };
        const run = new rotation_run/* Run */.KF(settings, {
            ...ports,
            keys: seen(mine, asked, age, () => ports.keys.list()),
            targets: targets.map(readOnly),
            report: (event) => {
                if (event.type === 'warning')
                    warnings.add(event.message);
            },
        });
        return find(run);
    });
    return { ok: true, findings, warnings: [...warnings] };
}
/**
 * What of the list one key's plan needs: the keys of its name and, where the account's places are limited, those that
 * take one. Each plan goes through its keys several times, so that with all of them a fleet would take the square of
 * its size.
 */
function byName(keys, places) {
    const named = (0,rules/* keysByName */.nm)(keys);
    if (places === undefined || !Number.isFinite(places))
        return (name) => named.get(name) ?? [];
    const active = keys.filter(({ isActive }) => isActive);
    return (name) => [...active, ...(named.get(name) ?? []).filter(({ isActive }) => !isActive)];
}
/** That the account's plan cannot hold the fleet; undefined: it can, or its limit is not known. */
function tooManyFor(entries, keys, plan) {
    const places = (0,room/* placesOf */.ek)(plan);
    if (plan === undefined || places === undefined)
        return undefined;
    const names = new Set(entries.map(({ settings }) => settings.keyName));
    const others = keys.filter(({ isActive, name }) => isActive && !names.has(name)).length;
    const needed = names.size + 1 + others;
    if (needed <= places)
        return undefined;
    const rest = others === 0 ? '' : `, and ${others} of other names that are active`;
    return `the fleet needs ${needed} keys, the plan ${plan} allows ${places} (${names.size} of the fleet, one more while one of them is rotated${rest})`;
}
async function find(run) {
    const looked = await (0,engine/* readSettledSnapshot */.sG)(run, { places: undefined, full: false, conflicted: false });
    if (!looked.ok)
        return { kind: 'unreadable', failure: looked.failure };
    const { look, plan } = await (0,engine/* planOn */.J9)(run, looked.look, false);
    const superseded = withinLimit(run, plan, look.date);
    const over = (0,rules/* graceEnd */.qS)((0,rules/* lastWriteOf */.Px)(look.secrets ?? []), run.settings);
    const revocableFrom = superseded.length === 0 ? undefined : over;
    return { kind: 'planned', plan, superseded, revocableFrom };
}
/** None where they are more than `max-revocations`: then a person has to look, as in a rotation. */
function withinLimit(run, { superseded }, date) {
    const living = superseded.filter(({ expiresAt }) => date === undefined || expiresAt === undefined || expiresAt >= date);
    if (living.length <= run.settings.maxRevocations)
        return superseded.map(({ id }) => id);
    run.holdBack(living.map(({ id }) => id));
    return [];
}
/**
 * The key service as it was seen once. The list is as old as it is when a key's secrets are looked at.
 * @param again where one look does not do
 */
function seen(list, account, age, again) {
    const { lastDate = list.date, since } = list.reading ?? {};
    let isSeen = false;
    return {
        list: () => {
            if (isSeen)
                return again();
            isSeen = true;
            const reading = { lastDate, lastAsked: age(), since };
            return Promise.resolve({ ...list, reading });
        },
        account: () => Promise.resolve(account),
        create: unwanted,
        verify: unwanted,
        revoke: unwanted,
    };
}
function unwanted() {
    throw new Error('a survey changes nothing');
}
/** Without the preflight, which costs two or three requests for each target. */
function readOnly(target) {
    return {
        label: target.label,
        secretName: target.secretName,
        shared: target.shared,
        prepare: () => Promise.resolve({ ok: true, value: true, date: undefined }),
        metadata: () => target.metadata(),
        listed: () => target.listed(),
        write: unwanted,
    };
}
function unreadableList(failure) {
    return {
        reason: 'look',
        code: 'look-failed',
        message: 'the keys could not be read, so nothing is planned',
        failures: [failure],
    };
}

// EXTERNAL MODULE: ./lib/commands/connect.js + 14 modules
var connect = __webpack_require__(1432);
// EXTERNAL MODULE: ./lib/commands/usable-inputs.js + 2 modules
var usable_inputs = __webpack_require__(2815);
;// CONCATENATED MODULE: ./lib/commands/plan.js













/**
 * GitHub counts a job's outputs as UTF-16, at most 1 MB of them.
 * https://docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/passing-information-between-jobs
 */
const MOST_CHARACTERS = 450_000;
/** Keys that one job revokes; the next run takes up the rest. */
const MOST_SUPERSEDED = 1_000;
/**
 * What of a fleet is due: inputs and file → one list of keys, the secrets' dates → a plan for each key.
 * @param forJobs whether the runner hands the outputs to other jobs
 */
async function planCommand(context, { forJobs = false } = {}) {
    const { env, secrets, sink, fail } = context;
    const inputs = await (0,usable_inputs/* usableInputs */._)(loadFleetInputs(env, secrets, forJobs), context);
    if (inputs === undefined)
        return;
    const keyNames = new Set(inputs.keys.map(({ settings }) => settings.keyName));
    const connection = (0,connect/* connect */.Ng)(inputs, context, { keyNames });
    const looked = await (0,connect/* inSession */.Cp)(connection, inputs, context, () => lookAtFleet(inputs, connection, context));
    if (looked === undefined)
        return;
    if (!looked.ok) {
        const { failures, ...failure } = looked.failure;
        return fail((0,messages_failure/* earlyFailure */.iF)({ ...failure, calls: failures }));
    }
    for (const warning of looked.warnings)
        sink.warning({ title: 'Check the fleet', message: warning });
    tell(plannedKeys(inputs, looked), context);
}
/** The plan of each key of a fleet, as its own run would make it; changes nothing. */
function lookAtFleet({ keys }, { keys: service, github, clock, session }, { secrets }) {
    if (github === undefined)
        throw new Error('a plan has a github-token: its inputs say so');
    const entries = keys.map(({ settings, targets, audience, createEnvironment }) => ({
        settings,
        targets: targets.map((target) => (0,create_target/* createTarget */.Y)(target, { github, secrets, audience, createEnvironment })),
    }));
    return planFleet(entries, { keys: service, clock, random: Math.random, sessionEndsAt: session.endsAt });
}
function tell(planned, { sink, fail }) {
    const { now: jobs, later } = jobsWithin(mostUrgentFirst(planned.filter(needsJob)), MOST_CHARACTERS);
    const matrices = matricesOf(jobs.map(({ key }) => key));
    sink.line(fleetHeadline(planned));
    for (const line of fleetLines(planned))
        sink.line(line);
    if (later.length > 0 && jobs.length === 0) {
        const message = `the job of a single key takes more than the ${MOST_CHARACTERS} characters that GitHub hands over from one job to the next`;
        fail((0,messages_failure/* earlyFailure */.iF)({ code: 'fleet-too-large', message }), fleetSummary(planned));
        return;
    }
    if (later.length > 0) {
        sink.warning({ title: 'Check the fleet', message: laterText(later, MOST_CHARACTERS) });
    }
    // The table has the reason for each.
    const unknown = unreadableText(jobs);
    if (unknown !== undefined)
        sink.warning({ title: 'Check the fleet', message: unknown });
    sink.output('due', String(planned.filter(isDue).length));
    sink.output('jobs', String(jobs.length));
    sink.output('later', String(later.length));
    sink.output('shards', JSON.stringify([...matrices.keys()]));
    sink.output('matrices', JSON.stringify(matrices));
    sink.output('plan', fleetJson(planned));
    tellSuperseded(planned, sink);
    sink.summary(fleetSummary(planned));
}
function tellSuperseded(planned, sink) {
    const superseded = planned.flatMap(({ finding }) => finding.kind === 'planned' && finding.revocableFrom !== undefined
        ? [{ ids: finding.superseded, from: finding.revocableFrom }]
        : []);
    const ids = superseded.flatMap((one) => one.ids);
    const now = ids.slice(0, MOST_SUPERSEDED);
    sink.output('superseded-key-ids', JSON.stringify(now));
    sink.output('superseded', String(now.length));
    if (ids.length === 0)
        return;
    sink.output('revoke-after', (0,words/* instantText */.Xx)(Math.max(...superseded.map(({ from }) => from))));
}
/** The inputs of a command about a fleet, and the file that they name. */
function loadFleetInputs(env, secrets, forJobs) {
    return loadPlanInputs(env, secrets, {
        readText: readerOf(env),
        mostTargets: (0,limiter/* writesWithin */.ut)(limits/* WRITE_DEADLINE */.l),
        forJobs,
    });
}
/** Each key of the fleet with what was found of it. */
function plannedKeys({ keys }, { findings }) {
    return keys.flatMap((key, index) => {
        const finding = findings[index];
        return finding === undefined ? [] : [{ key, finding }];
    });
}
/** Files of the working folder: on a runner that is where the repository was checked out. */
function readerOf({ GITHUB_WORKSPACE: workspace = '.' }) {
    return (path) => {
        try {
            return (0,external_node_fs_.readFileSync)((0,external_node_path_.resolve)(workspace, path), 'utf8');
        }
        catch {
            return undefined;
        }
    };
}


/***/ })

};
