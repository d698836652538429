// The npm package ocpp-rpc as a CSMS: strict validation in both directions, no log. NODE_PATH says where it is.
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
