// Plain JavaScript, so that an older Node can read it and say what is missing.
const needed = 24;
const found = process.versions.node;
if (Number(found.split(".")[0]) < needed) {
  console.error(
    `This needs Node ${needed} or newer; this is Node ${found}. Run \`npm ci\` once and use npm's scripts (npm start, npm test, ...): they bring their own Node.`,
  );
  process.exit(69);
}
