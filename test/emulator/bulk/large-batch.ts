/** Five attributes for each of many visitors, `{prefix}-{n}`, in chunks of 1,000 rows. */
export function* aLargeBatch(rows: number, prefix: string): Generator<Buffer> {
  yield Buffer.from("batch=thirdPartyId,lastStore,lastKiosk,lastScanAt,lastScanDay,favourite\n");
  for (let from = 0; from < rows; from += 1_000) {
    const to = Math.min(rows, from + 1_000);
    let chunk = "";
    for (let row = from; row < to; row += 1) {
      chunk += `${prefix}-${row},store-${row % 97},kiosk-${row % 7},2026-11-27T19%3A49%3A17.${row % 1_000}Z,${20_000 + (row % 365)},caf%C3%A9%20${row % 13}\n`;
    }
    yield Buffer.from(chunk);
  }
}
