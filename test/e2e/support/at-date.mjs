// Preloaded into a command, this moves its clock to `AT_DATE`.
const RealDate = Date;
const ahead = RealDate.parse(process.env.AT_DATE ?? '') - RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + ahead);
    else super(...given);
  }

  static now() {
    return RealDate.now() + ahead;
  }
};
