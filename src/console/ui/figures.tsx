import type { Words } from "../words.ts";

export interface FiguresProps {
  readonly words: Words;
  /** Says what the table is about. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The same as the chart above it, for whoever reads rather than looks. */
export function Figures({ words, caption, columns, rows }: FiguresProps) {
  return (
    <details class="figures">
      <summary>{words.figures}</summary>
      <div class="figures-scroll" tabIndex={0} role="group" aria-label={caption}>
        <table>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells], index) => (
              <tr key={index}>
                <th scope="row">{name}</th>
                {cells.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
