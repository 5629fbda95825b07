/** A screen's heading, as large as its longest line allows when it is broken into two. */
export function Headline({
  step,
  children,
}: {
  readonly step: "far" | "mid";
  readonly children: string;
}) {
  return (
    <h1 class={step} style={{ "--line": lineLength(children) }}>
      {children}
    </h1>
  );
}

/** Characters of the longer line, when the words are broken into two lines as evenly as they go. */
export function lineLength(text: string): number {
  let least = text.length;
  for (let at = text.indexOf(" "); at !== -1; at = text.indexOf(" ", at + 1)) {
    least = Math.min(least, Math.max(at, text.length - at - 1));
  }
  return least;
}
