// @ts-nocheck: runs in the page, before its own scripts. Records the audio that the page sends to its loudspeaker.
globalThis.heard = [];
const { connect } = AudioNode.prototype;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    const recorder = this.context.createScriptProcessor(1024, 1, 1);
    globalThis.heardRate = this.context.sampleRate;
    recorder.onaudioprocess = ({ inputBuffer }) => {
      for (const sample of inputBuffer.getChannelData(0)) globalThis.heard.push(Math.round(sample * 32_767));
    };
    connect.call(this, recorder);
    connect.call(recorder, target);
  }
  return connect.call(this, target, ...rest);
};
globalThis.heardInBase64 = () => {
  let binary = '';
  for (const byte of new Uint8Array(Int16Array.from(globalThis.heard).buffer))
    binary += String.fromCharCode(byte);
  return { base64: btoa(binary), sampleRate: globalThis.heardRate };
};
