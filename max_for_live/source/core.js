// The conversation between device and daemon. Pure: it knows neither Max nor Live.
//
// UDP loses, repeats and reorders packets. So a request is repeated until it is accepted; the daemon
// knows its id and makes one job of it. A job is polled until it has ended. Each clip is placed once.

var KINDS = ["loop", "oneshot", "midi", "sfx", "track", "vocal"];
var TARGETS = ["slot", "free", "arrangement", "folder"];
var LIVE_KEY = ["auto", "always", "never"];
var USES = ["fit", "continue", "melody", "accompany", "style", "split"];
// Uses that need no words beside the sound.
var NEEDS_NO_WORDS = { fit: true, split: true };

// What a MIDI clip's notes are used for: verbs that work on notes, by their names.
var NOTES_USES = ["continue", "vary", "groove", "drumify", "render", "infill"];
// The field of each that the words of the box are; continue takes bars instead.
var NOTES_WORDS = { groove: "feel", drumify: "prompt", render: "prompt", infill: "marked" };

// Range of the device's own ports; each starts at a place of its own in it.
var FIRST_PORT = 9141;
var PORTS = 400;
// Interval of hellos while no daemon answers.
var SEARCH_MS = 600;
// Hellos without an answer before another port is tried.
var HELLOS_PER_PORT = 2;
// Heartbeat, and the timeout of the daemon's.
var SIGN_OF_LIFE_MS = 5000;
var GONE_MS = 16000;
// Interval of repeats of a request.
var ASK_MS = 700;
// A running job that is silent for this time is polled.
var SILENCE_MS = 2000;
// Size limit of a request's packet.
var MOST_PACKET_BYTES = 8000;
// Repeats of a cancellation.
var MOST_CANCELS = 20;

// io: now() ms; send(address, arguments); listen(port); context() -> object; status(text);
// progress(0..1); clip(request, clip) for each new clip, once; ended(request).
function Conversation(io, nonce) {
    this.io = io;
    this.nonce = nonce;
    this.port = FIRST_PORT + hashText(nonce) % PORTS;
    this.hellos = 0;
    this.hello_at = null;
    this.welcome_at = null;
    this.boot = "";
    this.recordings = "";
    this.requests = [];
    this.counter = 0;
}

Conversation.prototype.start = function () {
    this.io.listen(this.port);
    this.hello();
};

Conversation.prototype.source = function () {
    return "max:" + this.nonce;
};

Conversation.prototype.hello = function () {
    this.hello_at = this.io.now();
    this.hellos += 1;
    this.io.send("/sidecrate/hello", [this.source(), this.port, this.nonce]);
};

Conversation.prototype.connected = function () {
    return this.welcome_at !== null && this.io.now() - this.welcome_at < GONE_MS;
};

Conversation.prototype.tell_context = function () {
    var values = this.io.context();
    values.source = this.source();
    this.io.send("/sidecrate/context", [JSON.stringify(values)]);
};

// Called every quarter of a second.
Conversation.prototype.tick = function () {
    var now = this.io.now();
    var n;
    if (this.connected()) {
        if (now - this.hello_at >= SIGN_OF_LIFE_MS) {
            this.hello();
            this.tell_context();
        }
    } else if (this.hello_at === null || now - this.hello_at >= SEARCH_MS) {
        this.search();
    }
    for (n = 0; n < this.requests.length; n += 1) {
        this.follow(this.requests[n], now);
    }
};

// Another program may hold the port; a socket that could not be bound reports nothing to the patch.
Conversation.prototype.search = function () {
    if (this.welcome_at !== null) {
        this.welcome_at = null;
        this.hellos = 0;
        this.io.status("Sidecrate does not answer; start it with: sidecrate run");
    } else if (this.hellos >= HELLOS_PER_PORT) {
        this.hellos = 0;
        this.port = FIRST_PORT + (this.port - FIRST_PORT + 1) % PORTS;
        this.io.listen(this.port);
    }
    this.hello();
};

Conversation.prototype.follow = function (request, now) {
    if (request.state === "asking" && now - request.asked_at >= ASK_MS) {
        // the daemon recognises a repeat only by the nonce, which it knows just after a hello
        request.asked_at = now;
        this.hello();
    } else if (request.state === "running" && now - Math.max(request.heard_at, request.polled_at) >= SILENCE_MS) {
        request.polled_at = now;
        this.io.send("/sidecrate/status", [request.job]);
    } else if (request.state === "cancelling" && now - request.asked_at >= ASK_MS) {
        request.asked_at = now;
        request.cancels += 1;
        if (request.cancels > MOST_CANCELS) {
            this.end(request, "Sidecrate did not answer the cancel");
        } else {
            this.io.send("/sidecrate/cancel", [request.job || request.id]);
        }
    }
};

// Order clips. `fields` are those of a request; `about` is the caller's own. Returns the request,
// or null if it is too long.
Conversation.prototype.generate = function (fields, about) {
    var id = this.next_id();
    var values = { id: id, context: this.io.context() };
    var name;
    for (name in fields) {
        if (fields.hasOwnProperty(name)) {
            values[name] = fields[name];
        }
    }
    values.context.source = this.source();
    var text = JSON.stringify(values);
    if (utf8Length(text) > MOST_PACKET_BYTES) {
        this.io.status("The prompt is too long for one packet; say it in fewer words");
        return null;
    }
    return this.ask(id, "/sidecrate/generate", [text], about);
};

// Order an audio file put on the grid. It has no words with a tempo, so the project's is given.
Conversation.prototype.fit = function (path, fields, about) {
    var id = this.next_id();
    var context = this.io.context();
    var values = [path, "id", id, "bpm", Math.round(context.bpm * 1000) / 1000, "meter", context.meter];
    var name;
    if (context.key) {
        values.push("key", context.key);
    }
    for (name in fields) {
        if (fields.hasOwnProperty(name)) {
            values.push(name, fields[name]);
        }
    }
    return this.ask(id, "/sidecrate/fit", values, about);
};

// Order a verb's work on a file: a sound taken apart, notes gone on with.
Conversation.prototype.work = function (verb, path, fields, about) {
    var id = this.next_id();
    var values = [path, "id", id];
    var name;
    for (name in fields) {
        if (fields.hasOwnProperty(name)) {
            values.push(name, fields[name]);
        }
    }
    return this.ask(id, "/sidecrate/" + verb, values, about);
};

// Order the last job once more, with another seed.
Conversation.prototype.again = function (about) {
    var known = this.requests.filter(function (request) {
        return request.job !== "";
    });
    if (!known.length) {
        this.io.status("Nothing has been made yet, so there is no again");
        return null;
    }
    var id = this.next_id();
    return this.ask(id, "/sidecrate/again", [known[known.length - 1].job, "id", id], about);
};

Conversation.prototype.next_id = function () {
    this.counter += 1;
    return this.nonce + "-" + this.counter;
};

Conversation.prototype.ask = function (id, address, values, about) {
    var now = this.io.now();
    var request = {
        id: id, address: address, values: values, about: about, state: "asking", job: "", asked_at: now, sent_at: null,
        heard_at: now, polled_at: now, cancels: 0, value: 0, clips: {}, clip_count: 0, published: null, failed: 0
    };
    this.requests.push(request);
    this.io.progress(0);
    this.io.status(this.connected() ? "asking" : "waiting for Sidecrate; start it with: sidecrate run");
    this.hello();
    return request;
};

// Cancel all that has not ended.
Conversation.prototype.cancel = function () {
    var now = this.io.now();
    var n, request;
    for (n = 0; n < this.requests.length; n += 1) {
        request = this.requests[n];
        if (request.state === "asking" && request.sent_at === null) {
            this.end(request, "cancelled");
        } else if (request.state === "asking" || request.state === "running") {
            request.state = "cancelling";
            request.asked_at = now;
            this.io.send("/sidecrate/cancel", [request.job || request.id]);
        }
    }
    this.forget_ended();
};

Conversation.prototype.end = function (request, text) {
    request.state = "ended";
    this.io.progress(request.clip_count ? 1 : 0);
    if (text) {
        this.io.status(text);
    }
    this.io.ended(request);
};

// Ended requests are kept for a while, so that late packets find them.
Conversation.prototype.forget_ended = function () {
    while (this.requests.length > 32 && this.requests[0].state === "ended") {
        this.requests.shift();
    }
};

Conversation.prototype.find = function (name) {
    var n;
    for (n = 0; n < this.requests.length; n += 1) {
        if (this.requests[n].id === name || (name && this.requests[n].job === name)) {
            return this.requests[n];
        }
    }
    return null;
};

// A message of the daemon. One for another device, or one that cannot be parsed, is ignored.
Conversation.prototype.receive = function (address, values) {
    var handlers = {
        "/sidecrate/welcome": this.on_welcome, "/sidecrate/accepted": this.on_accepted,
        "/sidecrate/progress": this.on_progress, "/sidecrate/done": this.on_done,
        "/sidecrate/finished": this.on_finished, "/sidecrate/failed": this.on_failed, "/sidecrate/error": this.on_error
    };
    var handler = handlers.hasOwnProperty(address) ? handlers[address] : null;
    var texts;
    if (!handler) {
        return;
    }
    if (handler === this.on_welcome) {
        this.on_welcome(values);
        return;
    }
    // numbers may arrive as integers or floats, and a word of digits as a number
    texts = [String(values[0]), String(values[1])];
    var request = this.find(handler === this.on_error ? String(values[3]) : texts[0]);
    if (request && handler !== this.on_error) {
        this.hear(request, texts[1]);
    }
    if (request || handler === this.on_error) {
        handler.call(this, request, values);
    }
};

Conversation.prototype.hear = function (request, job) {
    request.heard_at = this.io.now();
    request.job = job;
    if (request.state === "asking") {
        request.state = "running";
    }
};

Conversation.prototype.on_welcome = function (values) {
    var n, request;
    var now = this.io.now();
    if (String(values[0]) !== this.nonce) {
        return;
    }
    var was_connected = this.connected();
    this.welcome_at = now;
    this.hellos = 0;
    this.recordings = values.length > 4 ? String(values[4]) : "";
    if (String(values[3]) !== this.boot) {
        this.boot = String(values[3]);
        this.tell_context();
    }
    if (!was_connected && !this.busy()) {
        this.io.status("ready");
    }
    for (n = 0; n < this.requests.length; n += 1) {
        request = this.requests[n];
        if (request.state === "asking" && (request.sent_at === null || now - request.sent_at >= ASK_MS / 2)) {
            request.sent_at = now;
            this.io.send(request.address, request.values);
        }
    }
};

Conversation.prototype.busy = function () {
    var n;
    for (n = 0; n < this.requests.length; n += 1) {
        if (this.requests[n].state !== "ended") {
            return true;
        }
    }
    return false;
};

Conversation.prototype.on_accepted = function (request, values) {
    if (request.state === "running" && request.value === 0 && request.clip_count === 0) {
        this.io.status(Number(values[2]) > 1 ? "queued, number " + Number(values[2]) : "accepted");
    }
};

Conversation.prototype.on_progress = function (request, values) {
    var value = Number(values[2]);
    if (request.state !== "running" || !(value >= request.value)) {
        return;
    }
    request.value = Math.min(1, value);
    this.io.progress(request.value);
    this.io.status(String(values[3]));
};

Conversation.prototype.on_done = function (request, values) {
    var clip = String(values[2]);
    var info = readJson(String(values[4]));
    this.io.send("/sidecrate/got", [clip]);
    if (info === null || request.clips.hasOwnProperty(clip)) {
        return;
    }
    request.clips[clip] = true;
    request.clip_count += 1;
    this.io.clip(request, { id: clip, path: String(values[3]), info: info });
    this.close_if_whole(request);
};

Conversation.prototype.on_finished = function (request, values) {
    request.published = Number(values[2]);
    request.failed = Number(values[3]) || 0;
    this.close_if_whole(request);
};

// A job has ended for this device when its end was reported and every clip has arrived. Until then
// it is polled.
Conversation.prototype.close_if_whole = function (request) {
    if (request.published === null || request.clip_count < request.published) {
        return;
    }
    this.io.send("/sidecrate/got", [request.id]);
    if (request.state !== "ended") {
        this.end(request, "");
        this.forget_ended();
    }
};

Conversation.prototype.on_failed = function (request, values) {
    this.io.send("/sidecrate/got", [request.id]);
    if (request.state !== "ended") {
        this.end(request, String(values[2]) === "cancelled" ? "cancelled" : String(values[3]));
    }
};

Conversation.prototype.on_error = function (request, values) {
    var code = String(values[1]);
    if (request && request.state === "asking") {
        this.end(request, String(values[2]));
        return;
    }
    // cancel and status name their job, or the request's id where no job was known yet
    request = this.find(String(values[0]));
    if (request && code === "unknown_job" && request.state !== "ended") {
        this.end(request, request.state === "cancelling" ? "cancelled" : "Sidecrate no longer knows this job");
    } else if (request && code === "ended" && request.state === "cancelling") {
        request.state = "running";
    } else if (!request && values.length < 4) {
        this.io.status(String(values[2]));
    }
};
