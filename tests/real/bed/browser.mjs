// Headless Chromium as the person at the browser: signs in and answers the consent page as the orders say.
// Arguments: the folder with orders.json, the URL. The outcome goes to outcome.jsonl, one line a visit.

import { appendFileSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [folder, url] = process.argv.slice(2);
const orders = JSON.parse(readFileSync(`${folder}/orders.json`, 'utf8'));

const browser = await chromium.launch({
  executablePath: orders.chromium,
  env: { ...process.env, HOME: orders.home },
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-proxy-server',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
  ],
});

async function visit() {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  if (orders.answer === 'look') return page;
  if (await page.locator('input[name=login]').count()) {
    await page.fill('input[name=login]', orders.login);
    await page.fill('input[name=password]', 'any');
    await page.click('button[value=login]');
  }
  await page.waitForSelector('button[value=allow]');
  for (const scope of orders.refuse) await page.uncheck(`input[value="${scope}"]`);
  const navigation = page.waitForURL(/^http:\/\/(127\.0\.0\.1|localhost):/);
  await page.click(`button[value=${orders.answer}]`);
  await navigation;
  await page.waitForLoadState();
  return page;
}

let outcome;
try {
  const page = await visit();
  outcome = { title: await page.title(), text: await page.locator('body').innerText(), url: page.url() };
} catch (error) {
  outcome = { error: String(error) };
}
appendFileSync(`${folder}/outcome.jsonl`, `${JSON.stringify(outcome)}\n`);
await browser.close();
