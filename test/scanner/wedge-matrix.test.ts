import { describe, expect, it } from "vitest";
import { CARD, type } from "./typing.ts";
import { heardOf, WEDGE_MATRIX } from "./wedge-matrix.ts";

describe("the decoder alone", () => {
  it.each(WEDGE_MATRIX)("[RD1] reads or refuses: $name", (row) => {
    const typed = type(row.keys, row.settings);
    expect(heardOf(typed.events)).toEqual(row.heard);
    expect(typed.state.phase).toBe("quiet");
    expect(JSON.stringify(typed.state)).not.toContain(CARD.slice(0, 6));
    if (row.typed !== undefined) {
      expect(typed.passed.filter((key) => key.length === 1).join("")).toBe(row.typed);
    }
    if (row.presses !== undefined) expect(typed.presses).toHaveLength(row.presses);
  });
});
