/** JSON as people type it: its value, where each part of it stands, and where it goes wrong. */

export interface Mark {
  /** From 1, as editors count. */
  line: number;
  column: number;
  /** From 0, in the text. */
  offset: number;
}

export interface JsonText {
  value: unknown;
  /** What is wrong with the text itself; the value is then undefined. */
  error: (Mark & { message: string }) | null;
  /** Where a part begins: a member at its name. */
  places: Map<string, number>;
}

/** Nested deeper than this, the server refuses it as well. */
const DEEPEST = 500;

class Wrong extends Error {
  constructor(readonly at: number, message: string) {
    super(message);
  }
}

export function readJson(text: string): JsonText {
  const places = new Map<string, number>();
  try {
    const reader = new Reader(text, places);
    return { value: reader.document(), error: null, places };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return {
      value: undefined,
      error: { ...markAt(text, error.at), message: error.message },
      places,
    };
  }
}

export function markAt(text: string, offset: number): Mark {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n"), offset };
}

/** Where a pointer leads; what is not there stands where its nearest holder does. */
export function placeOf(read: JsonText, text: string, pointer: string): Mark {
  let at = pointer;
  for (;;) {
    const found = read.places.get(at);
    if (found !== undefined) return markAt(text, found);
    if (at === "") return markAt(text, 0);
    at = at.slice(0, at.lastIndexOf("/"));
  }
}

const step = (key: string | number) => "/" + String(key).replace(/~/g, "~0").replace(/\//g, "~1");

const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  private at = 0;

  constructor(private readonly text: string, private readonly places: Map<string, number>) {}

  document(): unknown {
    this.space();
    if (this.at === this.text.length) throw new Wrong(0, "Nothing is written here yet.");
    const value = this.value("", 0);
    this.space();
    if (this.at < this.text.length) {
      throw new Wrong(this.at, "There is more after the end of the value.");
    }
    return value;
  }

  private space() {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at++;
  }

  private value(pointer: string, depth: number): unknown {
    if (depth > DEEPEST) throw new Wrong(this.at, "It is nested too deeply.");
    // A member stands at its name, which was noted before.
    if (!this.places.has(pointer)) this.places.set(pointer, this.at);
    const first = this.text[this.at];
    if (first === "{") return this.object(pointer, depth);
    if (first === "[") return this.array(pointer, depth);
    if (first === '"') return this.string();
    if (first !== undefined && /[-0-9]/.test(first)) return this.number();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    if (first === "'") throw new Wrong(this.at, 'Text stands in double quotes: "…".');
    throw new Wrong(
      this.at,
      first === undefined ? "A value is missing at the end." : "A value is expected here.",
    );
  }

  private object(pointer: string, depth: number): Record<string, unknown> {
    const opened = this.at++;
    const found: Record<string, unknown> = {};
    this.space();
    if (this.text[this.at] === "}") {
      this.at++;
      return found;
    }
    for (;;) {
      this.space();
      const place = this.at;
      if (this.text[this.at] === "}") {
        throw new Wrong(place, "A comma too many: no member follows.");
      }
      if (this.text[this.at] !== '"') {
        throw new Wrong(
          this.text[place] === undefined ? opened : place,
          this.text[place] === undefined
            ? "This { is never closed."
            : 'A name in double quotes is expected: "name".',
        );
      }
      const name = this.string();
      if (Object.prototype.hasOwnProperty.call(found, name)) {
        throw new Wrong(place, `“${name}” is there twice.`);
      }
      const below = pointer + step(name);
      this.places.set(below, place);
      this.space();
      if (this.text[this.at] !== ":") {
        throw new Wrong(this.at, "A colon is expected after the name.");
      }
      this.at++;
      this.space();
      const value = this.value(below, depth + 1);
      // __proto__ is a name as any other.
      Object.defineProperty(found, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      if (this.end("}", opened)) return found;
    }
  }

  private array(pointer: string, depth: number): unknown[] {
    const opened = this.at++;
    const found: unknown[] = [];
    this.space();
    if (this.text[this.at] === "]") {
      this.at++;
      return found;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] === "]") {
        throw new Wrong(this.at, "A comma too many: no element follows.");
      }
      found.push(this.value(pointer + step(found.length), depth + 1));
      if (this.end("]", opened)) return found;
    }
  }

  /** Past a comma, or past the end. */
  private end(close: string, opened: number): boolean {
    this.space();
    const mark = this.text[this.at];
    if (mark === undefined) {
      throw new Wrong(opened, `This ${close === "}" ? "{" : "["} is never closed.`);
    }
    if (mark !== "," && mark !== close) {
      throw new Wrong(this.at, `A comma or ${close} is expected here.`);
    }
    this.at++;
    return mark === close;
  }

  private string(): string {
    const opened = this.at++;
    let found = "";
    for (;;) {
      const mark = this.text[this.at];
      if (mark === undefined || mark === "\n") {
        throw new Wrong(opened, "This text is never closed.");
      }
      this.at++;
      if (mark === '"') return found;
      if (mark < " ") {
        throw new Wrong(this.at - 1, "A control character must be escaped, as \\t or \\u0009.");
      }
      if (mark !== "\\") {
        found += mark;
        continue;
      }
      const escaped = this.text[this.at] ?? "";
      const plain = ESCAPES[escaped];
      if (plain !== undefined) {
        found += plain;
        this.at++;
        continue;
      }
      const code = /^u([0-9a-fA-F]{4})/.exec(this.text.slice(this.at, this.at + 5))?.[1];
      if (code === undefined) throw new Wrong(this.at - 1, "There is no such escape.");
      found += String.fromCharCode(parseInt(code, 16));
      this.at += 5;
    }
  }

  private number(): number {
    const rest = this.text.slice(this.at, this.at + 400);
    const found = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/.exec(rest)?.[0];
    const after = found === undefined ? undefined : rest[found.length];
    if (found === undefined || (after !== undefined && /[0-9.eE+-]/.test(after))) {
      throw new Wrong(this.at, "This is no number as JSON writes them.");
    }
    this.at += found.length;
    return Number(found);
  }
}
