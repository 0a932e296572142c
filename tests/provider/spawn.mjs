// Starts the provider as a program of its own, for tests.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./provider.mjs', import.meta.url));

/**
 * Starts the provider with these options on a free port. The answer is what it
 * said when it was ready, with the running process and a way to stop it.
 */
export async function startProvider(...options) {
  const child = spawn(process.execPath, [program, '--until-stdin-closes', ...options], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code);
  const printed = [];
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
    // What goes wrong later is for whoever reads the test's output.
    if (printed.length > 0) process.stderr.write(text);
  });

  const description = await new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      printed.push(line);
      resolve(JSON.parse(line));
    });
    child.once('close', (code) => reject(new Error(`the provider ended with ${code}: ${complaints}`)));
  });

  return {
    ...description,
    child,
    /** Every line it has printed on standard output. */
    printed,
    /** Its exit code, once it has ended. */
    ended,
    stop() {
      child.stdin.end();
      return ended;
    },
  };
}
