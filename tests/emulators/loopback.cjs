// Loaded before kinesis-local, which listens on every interface and has no setting for it: binds only this machine's own.
const net = require("node:net");

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ready) {
  return listen.call(this, port, "127.0.0.1", ready);
};
