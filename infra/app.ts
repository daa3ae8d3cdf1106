/** The CDK app: `cdk synth -c hospital=<id>` (see infra/README.md). */
import { App } from 'aws-cdk-lib';
import { buildDeployment } from './build-deployment.ts';
import { loadHospital } from './settings/load-hospital.ts';

const app = new App();
buildDeployment(app, await loadHospital(app.node.tryGetContext('hospital')));
app.synth();
