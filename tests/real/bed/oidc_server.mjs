// The authorization server of the test bed: oidc-provider with pages of its own, and a control port for the tests.
// Arguments: one JSON object with port, controlPort, key, certificate, introspection {id, secret}, people [{name, address}].

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import Provider from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';

const bed = JSON.parse(process.argv[2]);
const issuer = `https://localhost:${bed.port}`;
const knobs = { accessTokenSeconds: 3600, unavailable: [] };
const defaults = JSON.stringify(knobs);
const issued = [];
const events = [];

// Subjects are opaque, as at real providers: a client must take the address from the email claim.
const people = new Map(bed.people.map((person, index) => [`subject-${index + 1}`, person]));
const subjectOf = (address) => [...people].find(([, person]) => person.address === address)?.[0];

class RecordingAdapter extends MemoryAdapter {
  async upsert(id, payload, expiresIn) {
    if (['AccessToken', 'RefreshToken'].includes(this.model) && !issued.some((token) => token.value === id)) {
      issued.push({ kind: this.model, value: id, scope: payload.scope, grant: payload.grantId });
    }
    return super.upsert(id, payload, expiresIn);
  }
}

const provider = new Provider(issuer, {
  adapter: RecordingAdapter,
  clients: [
    {
      client_id: 'bed-native',
      client_name: 'tuimail',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    },
    {
      client_id: bed.introspection.id,
      client_secret: bed.introspection.secret,
      redirect_uris: [],
      response_types: [],
      grant_types: [],
    },
  ],
  scopes: ['openid', 'email', 'offline_access', 'mail.read', 'mail.send'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  extraTokenClaims: (ctx, token) => ({ email: people.get(token.accountId)?.address }),
  expiresWithSession: () => false,
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    deviceFlow: { enabled: true },
    registration: { enabled: true },
    resourceIndicators: { enabled: false },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    AccessToken: () => knobs.accessTokenSeconds,
    RefreshToken: 86400,
    IdToken: 3600,
    Grant: 86400,
    Session: 86400,
    Interaction: 600,
    DeviceCode: 600,
  },
  cookies: { keys: ['one key for one run'] },
  findAccount: (ctx, id) => people.has(id) && {
    accountId: id,
    claims: () => ({ sub: id, email: people.get(id).address, email_verified: true }),
  },
});

for (const name of ['grant.success', 'grant.error', 'revocation.success', 'revocation.error']) {
  provider.on(name, (ctx, error) => events.push({
    event: name, grant_type: ctx.oidc?.params?.grant_type, scope: ctx.oidc?.params?.scope, error: error?.error,
  }));
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const page = (title, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1>${body}</html>`;

function loginPage(uid) {
  return page('Sign in to Example Mail', `<form method="post" action="/interaction/${uid}">
<label>Address <input name="login" autofocus></label> <label>Password <input name="password" type="password"></label>
<button name="do" value="login">Continue</button></form>`);
}

function consentPage(uid, params) {
  const boxes = params.scope.split(' ').map((scope) =>
    `<p><label><input type="checkbox" name="scope" value="${escaped(scope)}" checked> ${escaped(scope)}</label></p>`);
  return page('Allow tuimail?', `<form method="post" action="/interaction/${uid}">${boxes.join('')}
<button name="do" value="allow">Allow</button> <button name="do" value="deny">Deny</button></form>`);
}

async function formOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function consented({ grantId, params, session }, kept) {
  const grant = (grantId && await provider.Grant.find(grantId))
    ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  for (const scope of params.scope.split(' ')) {
    // Native clients see the consent page each time, so a scope of an earlier answer may be taken back here.
    if (kept.includes(scope)) grant.addOIDCScope(scope);
    else grant.rejectOIDCScope(scope);
  }
  return { consent: { grantId: await grant.save() } };
}

async function resultOf(form, details) {
  switch (form.get('do')) {
    case 'login': {
      const accountId = subjectOf(form.get('login'));
      return accountId ? { login: { accountId } } : { error: 'access_denied', error_description: 'nobody of that name' };
    }
    case 'allow': return consented(details, form.getAll('scope'));
    default: return { error: 'access_denied', error_description: 'The user said no.' };
  }
}

async function interaction(request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const result = await resultOf(await formOf(request), details);
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: 'consent' in result });
    return;
  }
  const body = details.prompt.name === 'login' ? loginPage(details.uid) : consentPage(details.uid, details.params);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body);
}

const callback = provider.callback();
https.createServer({ key: readFileSync(bed.key), cert: readFileSync(bed.certificate) }, (request, response) => {
  const { pathname } = new URL(request.url, issuer);
  if (knobs.unavailable.includes(pathname)) {
    events.push({ event: 'unavailable', path: pathname });
    response.writeHead(503, { 'content-type': 'text/plain' }).end('out of order\n');
  } else if (pathname.startsWith('/interaction/')) {
    interaction(request, response).catch((error) => response.writeHead(500).end(String(error)));
  } else {
    callback(request, response);
  }
}).listen(bed.port, '127.0.0.1');

async function destroy(kinds) {
  for (const { kind, value } of issued.filter((token) => kinds.includes(token.kind))) {
    await new RecordingAdapter(kind).destroy(value);
  }
}

async function mint({ address, scope, seconds }) {
  const accountId = subjectOf(address);
  const client = await provider.Client.find('bed-native');
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const token = new provider.AccessToken({ accountId, client, grantId, scope, gty: 'authorization_code', expiresIn: seconds });
  return token.save();
}

const orders = {
  set: async (values) => Object.assign(knobs, values),
  reset: async () => {
    Object.assign(knobs, JSON.parse(defaults));
    issued.length = 0;
    events.length = 0;
  },
  destroy: async ({ kinds }) => destroy(kinds),
  mint: async (wish) => mint(wish),
  issued: async () => issued,
  events: async () => events,
};

http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const order = orders[request.url.slice(1)];
  const answer = order ? await order(JSON.parse(Buffer.concat(chunks).toString() || '{}')) : null;
  response.writeHead(order ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? null));
}).listen(bed.controlPort, '127.0.0.1');
