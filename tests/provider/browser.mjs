// Chromium as installed on the machine, kept away from everything but loopback.

import { chromium } from 'playwright-core';

const options = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Also holds for what cannot be intercepted, such as the later steps of a
    // redirect and the browser's own requests.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
  ],
};

function isLoopback({ hostname }) {
  return /^(127\.0\.0\.1|\[::1\]|([^.]+\.)*localhost)$/.test(hostname);
}

/**
 * Starts the browser.
 *
 * - browser: the playwright-core browser
 * - newContext(options): a fresh profile in which every request that is not
 *   for loopback is aborted; takes playwright's context options, for example
 *   { ignoreHTTPSErrors: true } for the provider under --tls
 * - outside: the addresses of the requests that were aborted
 */
export async function launch() {
  const browser = await chromium.launch(options);
  const outside = [];

  async function newContext(contextOptions = {}) {
    const context = await browser.newContext({ serviceWorkers: 'block', ...contextOptions });
    await context.route((url) => !isLoopback(url), (route) => {
      outside.push(route.request().url());
      return route.abort();
    });
    return context;
  }

  return { browser, newContext, outside };
}
