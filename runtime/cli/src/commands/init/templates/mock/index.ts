import './{{integration}}/on-events/validate-connection.js';
import './{{integration}}/on-events/register-webhook.js';
import './{{integration}}/on-events/remove-webhook.js';
