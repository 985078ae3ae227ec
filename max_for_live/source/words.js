// Words and numbers for the conversation. Pure: it knows neither Max nor Live.

function hashText(text) {
    var sum = 7;
    var n;
    for (n = 0; n < text.length; n += 1) {
        sum = (sum * 31 + text.charCodeAt(n)) % 1000003;
    }
    return sum;
}

// Devices loaded in one moment may draw equal random numbers; the device's own number differs
// always.
function makeNonce(random, now, device) {
    var letters = "abcdefghijkmnpqrstuvwxyz";
    var text = "";
    var n;
    for (n = 0; n < 6; n += 1) {
        text += letters.charAt(Math.floor(random() * letters.length));
    }
    // letters first and last: Max parses a word of digits as a number
    return "m" + text + Math.floor(now % 1e9).toString(36) + "d" + device + "e";
}

function utf8Length(text) {
    var bytes = 0;
    var n, code;
    for (n = 0; n < text.length; n += 1) {
        code = text.charCodeAt(n);
        // each half of a surrogate pair counts two of its four bytes
        bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
    }
    return bytes;
}

function readJson(text) {
    try {
        return JSON.parse(text);
    } catch (error) {
        return null;
    }
}
