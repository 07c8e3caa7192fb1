// Drives the service with the JavaScript SDK and prints what it saw as one JSON object.
import {
  BadRequestException,
  ChimeSDKVoiceClient,
  CreateProxySessionCommand,
  DeleteProxySessionCommand,
  ForbiddenException,
  GetProxySessionCommand,
  NotFoundException,
  paginateListProxySessions,
  PutVoiceConnectorProxyCommand,
  UpdateProxySessionCommand,
} from "@aws-sdk/client-chime-sdk-voice";

const client = new ChimeSDKVoiceClient({ endpoint: process.argv[2], maxAttempts: 1 });
const VoiceConnectorId = "abcdef1ghij2klmno3pqr4";

const create = (n, more = {}) =>
  client.send(
    new CreateProxySessionCommand({
      VoiceConnectorId,
      ParticipantPhoneNumbers: [`+1310555${String(n).padStart(4, "0")}`, "+12065550100"],
      Capabilities: ["Voice", "SMS"],
      ...more,
    }),
  );

const errorOf = async (call, type) => {
  try {
    await call();
  } catch (error) {
    return { typed: error instanceof type, Code: error.Code, message: error.message };
  }
  return null;
};

const created = [];
for (let n = 0; n < 12; n += 1) created.push((await create(n)).ProxySession);
const key = { VoiceConnectorId, ProxySessionId: created[0].ProxySessionId };

const pages = [];
for await (const page of paginateListProxySessions({ client, pageSize: 5 }, { VoiceConnectorId })) {
  pages.push(page.ProxySessions.map((session) => session.ProxySessionId));
}

const updated = await client.send(
  new UpdateProxySessionCommand({ ...key, Capabilities: ["SMS"], ExpiryMinutes: 5 }),
);
await client.send(new DeleteProxySessionCommand(key));
const notFound = await errorOf(() => client.send(new GetProxySessionCommand(key)), NotFoundException);
const badRequest = await errorOf(() => create(99, { ExpiryMinutes: 721 }), BadRequestException);
const badName = await errorOf(() => create(99, { Name: "not-a-name" }), BadRequestException);
await client.send(
  new PutVoiceConnectorProxyCommand({
    VoiceConnectorId,
    DefaultSessionExpiryMinutes: 60,
    PhoneNumberPoolCountries: ["US"],
    Disabled: true,
  }),
);
const forbidden = await errorOf(() => create(99), ForbiddenException);

console.log(
  JSON.stringify({
    created: created.map((session) => session.ProxySessionId),
    createdAt: created[0].CreatedTimestamp.toISOString(),
    pages,
    updated: updated.ProxySession,
    errors: { notFound, badRequest, badName, forbidden },
  }),
);
