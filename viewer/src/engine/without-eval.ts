/**
 * Imported before anything that makes a schema: zod would else try `new Function`, which the site's policy
 * forbids and the browser reports. The check itself stays as strict, it is only not compiled.
 */
import { config } from 'zod';

config({ jitless: true });
