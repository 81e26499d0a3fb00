import './salesforce/on-events/post-connection-setup';
import './salesforce/on-events/validate-connection';
import './salesforce/on-events/pre-connection-cleanup';
