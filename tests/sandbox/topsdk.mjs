// Somebody else's SDK for Node, npm's topsdk, as a process that is told what to call: one JSON document a line in, one
// a line out. Run with the folder that npm installed it into.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [folder] = process.argv.slice(2);
const TopClient = createRequire(`${folder}/`)('topsdk');

async function called({ endpoint, key, secret, method, values, file }) {
  const client = new TopClient(key, secret, { endpoint });
  if (!file) return client.execute(method, values);
  const part = { value: Buffer.from(file.base64, 'base64'), options: { filename: file.filename } };
  return client.execute(method, { ...values, [file.name]: part }, 'FILE_UPLOAD');
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = await called(JSON.parse(line)).then(
    (answer) => ({ answer }),
    ({ message, code = null, sub_code = null }) => ({ message, code, sub_code }),
  );
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
