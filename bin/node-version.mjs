// Runs before any TypeScript: the project's own Node 24 comes first on the path of npm scripts, unless optional packages were left out.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 && !(major === 22 && minor >= 18)) {
  process.stderr.write(
    `Spillway's scripts run on Node 24 and this is ${process.version}. \`npm ci\` installs Node 24 for them;\n` +
      'run it without --omit=optional, and start scripts through npm (npm start, npm test, npx spillway).\n',
  );
  process.exit(2);
}
