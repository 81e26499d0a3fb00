import './hubspot/on-events/validate.js';
import './hubspot/on-events/setup.js';
import './hubspot/actions/echo.js';
import './hubspot/actions/account.js';
