// Runs before every command, in plain JavaScript, so that it works on the very Node it complains about.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  // oxlint-disable-next-line no-console -- there is nothing here yet that could print for it
  console.error(
    `Tarjeta needs Node 24 or newer and was started with ${process.version}: ` +
      'run "npm ci" (it brings Node 26), or "npm rebuild node" if install scripts were skipped, then use the npm scripts.',
  );
  process.exit(1);
}
