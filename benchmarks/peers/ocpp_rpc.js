// A CSMS with the npm package ocpp-rpc: validates strictly in both directions, writes no log. NODE_PATH has the package.
const { RPCServer } = require('ocpp-rpc');

const now = () => new Date().toISOString();
const server = new RPCServer({ protocols: ['ocpp2.0.1'], strictMode: true });

server.auth((accept) => accept());
server.on('client', (client) => {
    client.handle('BootNotification', () => ({ status: 'Accepted', interval: 60, currentTime: now() }));
    client.handle('Heartbeat', () => ({ currentTime: now() }));
    client.handle('TransactionEvent', () => ({ totalCost: 10 }));
});
server.listen(0, '127.0.0.1').then((http) => {
    console.log(`Listening on ws://127.0.0.1:${http.address().port}`);
});
