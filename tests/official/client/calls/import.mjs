/** Imports a connection of `hubspot`: the client has no call for it. */
export async function create({ ask }, id, token = 'good', more = {}) {
    const credentials = { type: 'OAUTH2', access_token: token, refresh_token: 'renew', raw: { scope: 'all' } };
    const body = { provider_config_key: 'hubspot', connection_id: id, credentials, ...more };
    return ask('POST', '/connections', body);
}
