// A provider with one client and pages where anybody signs in under any name: node serve.mjs PORT BACK SECRET
import Provider from 'oidc-provider'

const [port, back, secret] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'redress', client_secret: secret, redirect_uris: [back] }],
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  conformIdTokenClaims: false,
  cookies: { keys: [secret] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
})
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'))
