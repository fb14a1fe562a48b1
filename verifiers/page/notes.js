// Signed notes: verifier keys and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

const LOG = 1;
const WITNESS = 4;

function unbase64(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Error("no base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

// A verifier key: NAME+HASH+BASE64.
class Key {
  constructor(vkey) {
    const found = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
    if (!found) throw new Error(`no verifier key: ${vkey.slice(0, 80)}`);
    const raw = unbase64(found[3]);
    [, this.name, this.hash] = found;
    this.vkey = vkey;
    this.type = raw[0];
    if (raw.length !== 33 || ![LOG, WITNESS].includes(this.type)) throw new Error(`no Ed25519 key: ${vkey}`);
    if (hex(sha256(joined(utf8(`${this.name}\n`), raw))).slice(0, 8) !== this.hash) {
      throw new Error(`the hash of this key is not its own: ${vkey}`);
    }
    this.public = new PublicKey(raw.subarray(1));
  }

  signed(text, signature) {
    if (this.type === LOG) return this.public.verifies(signature, utf8(text));
    if (signature.length !== 72) return false;
    const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    return this.public.verifies(signature.subarray(8), utf8(`cosignature/v1\ntime ${seconds}\n${text}`));
  }
}

// A checkpoint with its signature lines.
class Note {
  constructor(note) {
    const cut = note.indexOf("\n\n");
    this.text = note.slice(0, cut + 1);
    const found = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(this.text);
    if (cut < 0 || !found) throw new Error("no checkpoint");
    this.origin = found[1];
    this.size = Number(found[2]);
    this.root = hex(unbase64(found[3]));
    this.signatures = note
      .slice(cut + 2)
      .replace(/\n$/, "")
      .split("\n")
      .filter((line, _index, lines) => line || lines.length > 1)
      .map((line) => {
        const signature = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
        if (!signature) throw new Error("no signature line");
        const raw = unbase64(signature[2]);
        return { name: signature[1], hash: hex(raw.subarray(0, 4)), data: raw.slice(4) };
      });
  }

  // Whether this key has signed; null where it has no line. A wrong line spoils a good one.
  signedBy(key) {
    const own = this.signatures.filter((one) => one.name === key.name && one.hash === key.hash);
    return own.length ? own.every((one) => key.signed(this.text, one.data)) : null;
  }
}
