import './{{integration}}/on-events/validate-connection.js';
