import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { holds } from "./find-bytes.ts";

/**
 * Files of a browser's profile that hold `needle`, by their names in it: in their raw bytes, or in
 * what Chromium compressed. LevelDB's tables (`.ldb`) are compressed by the block, its logs cut texts
 * in two, and Chromium compresses larger values of IndexedDB once more.
 */
export function profileHolding(folder: string, needle: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .filter((name) => {
      const bytes = readFileSync(path.join(folder, name));
      return [bytes, ...opened(name, bytes)].some((each) => holds(each, needle));
    })
    .toSorted();
}

/** What lies compressed or cut in a file. */
function opened(name: string, bytes: Buffer): readonly Buffer[] {
  const parts = name.endsWith(".ldb")
    ? tableBlocks(bytes)
    : name.endsWith(".log")
      ? [logPayload(bytes)]
      : [];
  return [...parts, ...parts.flatMap(wrappedValues)];
}

/** Source: LevelDB, doc/table_format.md: the footer's magic, and what follows each block. */
const TABLE_MAGIC = Buffer.from("57fb808b247547db", "hex");
const FOOTER_BYTES = 48;
const SNAPPY_BLOCK = 1;

function tableBlocks(table: Buffer): readonly Buffer[] {
  if (table.length < FOOTER_BYTES || !table.subarray(-8).equals(TABLE_MAGIC)) return [];
  const footer = cursorOver(table.subarray(-FOOTER_BYTES));
  footer.varint(); // The meta index.
  footer.varint();
  const index = blockAt(table, footer.varint(), footer.varint());
  const restarts = index.readUInt32LE(index.length - 4);
  const entries = cursorOver(index.subarray(0, index.length - 4 * (restarts + 1)));
  const blocks: Buffer[] = [];
  while (!entries.isAtEnd()) {
    entries.varint(); // Bytes shared with the key before.
    const keyBytes = entries.varint();
    const valueBytes = entries.varint();
    entries.take(keyBytes);
    const handle = cursorOver(entries.take(valueBytes));
    blocks.push(blockAt(table, handle.varint(), handle.varint()));
  }
  return blocks;
}

function blockAt(table: Buffer, offset: number, size: number): Buffer {
  const block = table.subarray(offset, offset + size);
  return table[offset + size] === SNAPPY_BLOCK ? inflateSnappy(block) : block;
}

/** Source: LevelDB, doc/log_format.md. */
const LOG_BLOCK_BYTES = 32_768;
const LOG_HEADER_BYTES = 7;

/** The records' contents behind one another, their pieces joined. */
function logPayload(log: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let block = 0; block < log.length; block += LOG_BLOCK_BYTES) {
    const end = Math.min(block + LOG_BLOCK_BYTES, log.length);
    for (let at = block; at + LOG_HEADER_BYTES <= end;) {
      const from = at + LOG_HEADER_BYTES;
      at = from + log.readUInt16LE(at + 4);
      pieces.push(log.subarray(from, Math.min(at, end)));
    }
  }
  return Buffer.concat(pieces);
}

/** Source: Chromium, `idb_value_wrapping.cc`: what stands before a value compressed with Snappy. */
const COMPRESSED_VALUE = Buffer.from([0xff, 0x11, 0x02]);

function wrappedValues(bytes: Buffer): readonly Buffer[] {
  const values: Buffer[] = [];
  for (let at = bytes.indexOf(COMPRESSED_VALUE); at >= 0;) {
    try {
      values.push(inflateSnappy(bytes.subarray(at + COMPRESSED_VALUE.length)));
    } catch {
      // These three bytes can stand anywhere; what follows them then is no Snappy.
    }
    at = bytes.indexOf(COMPRESSED_VALUE, at + 1);
  }
  return values;
}

/** Ours: above any block or value of ours; what is no Snappy may claim anything. */
const MAX_INFLATED_BYTES = 16_777_216;

/** Source: Snappy, format_description.txt. Stops where the promised length is reached. */
function inflateSnappy(input: Buffer): Buffer {
  const from = cursorOver(input);
  const length = from.varint();
  if (length > MAX_INFLATED_BYTES) throw new RangeError("not Snappy");
  const output = Buffer.alloc(length);
  let at = 0;
  const copy = (bytes: number, offset: number) => {
    if (offset === 0 || offset > at) throw new RangeError("not Snappy");
    for (const end = Math.min(at + bytes, length); at < end; at += 1) {
      output[at] = output[at - offset]!;
    }
  };
  while (at < length) {
    const tag = from.little(1);
    const high = tag >> 2;
    switch (tag & 3) {
      case 0: {
        const bytes = (high < 60 ? high : from.little(high - 59)) + 1;
        at += from.take(bytes).copy(output, at);
        break;
      }
      case 1:
        copy((high & 7) + 4, ((tag >> 5) << 8) | from.little(1));
        break;
      case 2:
        copy(high + 1, from.little(2));
        break;
      default:
        copy(high + 1, from.little(4));
    }
  }
  return output;
}

/** Reads forward; throws a `RangeError` behind the end. */
function cursorOver(bytes: Buffer) {
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw new RangeError("behind the end");
    at += count;
    return bytes.subarray(at - count, at);
  };
  const little = (count: number): number => take(count).readUIntLE(0, count);
  return {
    take,
    little,
    isAtEnd: () => at >= bytes.length,
    varint(): number {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = little(1);
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    },
  };
}
