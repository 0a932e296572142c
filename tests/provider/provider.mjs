// A real OpenID provider for tests and the demo, as one command.
//
//   node provider.mjs --port 4400 --rp http://localhost:4401
//
// When it is ready it prints one line of JSON on standard output and nothing
// else there; everything worth reading by a person goes to standard error.

import { parseArgs } from 'node:util';

const usage = `Usage: node provider.mjs [options]

  --port <number>          port to listen on; 0 takes any free one (default 0)
  --host <name>            host name in the issuer: localhost, or anything under
                           .localhost (default localhost); it always listens on
                           127.0.0.1 only
  --rp <address>           base address of the relying party
                           (default http://localhost:4401); its redirect addresses
                           are /callback and /proof, and after a sign-out
                           /logged-out and /logged-out?tenant=a
  --client-secret <text>   secret of the client rp1 (default: a new random one)
  --backchannel <address>  where back-channel sign-outs of rp1 are sent
                           (default: an address at which nobody answers)
  --confirm ask|never      whether the user is asked before a sign-out (default ask)
  --tls                    serve https with a certificate made at the start;
                           also lets the end-session address take POST
  --until-stdin-closes     end when standard input closes, so that the provider
                           never outlives the program that started it
  --help                   print this text
`;

const options = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: 'localhost' },
  rp: { type: 'string', default: 'http://localhost:4401' },
  'client-secret': { type: 'string' },
  // Port 9 is refused by fetch itself, so nothing ever leaves this process.
  backchannel: { type: 'string', default: 'http://127.0.0.1:9/backchannel-logout' },
  confirm: { type: 'string', default: 'ask' },
  tls: { type: 'boolean', default: false },
  'until-stdin-closes': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

function readOptions() {
  const { values } = parseArgs({ options });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535) throw new Error(`--port: ${values.port} is not a port`);
  if (!/^([a-z0-9-]+\.)*localhost$/.test(values.host)) throw new Error(`--host: ${values.host} is not localhost`);
  if (!['ask', 'never'].includes(values.confirm)) throw new Error('--confirm: say ask or never');
  for (const name of ['rp', 'backchannel']) {
    if (!/^https?:\/\//.test(values[name]) || !URL.canParse(values[name])) {
      throw new Error(`--${name}: ${values[name]} is not a web address`);
    }
  }
  return { ...values, port, clientSecret: values['client-secret'], rp: values.rp.replace(/\/$/, '') };
}

function fail(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

let settings;
try {
  settings = readOptions();
} catch (error) {
  fail(`${error.message}\n\n${usage}`, 2);
}
if (settings.help) {
  process.stdout.write(usage);
  process.exit(0);
}

// The provider's library writes its notices with console.info, that is to
// standard output, which is kept for the one line of JSON.
console.info = console.error;

function end() {
  process.exit(0);
}
process.once('SIGTERM', end);
process.once('SIGINT', end);
if (settings['until-stdin-closes']) process.stdin.resume().once('end', end).once('close', end);

const { start } = await import('./server.mjs');
const description = await start(settings).catch((error) => {
  fail(`cannot start: ${error.error_description ?? error.message}`, 1);
});
process.stdout.write(`${JSON.stringify(description)}\n`);
