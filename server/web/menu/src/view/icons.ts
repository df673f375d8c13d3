import check from '../../../shared/icons/check.svg?raw';
import clock from '../../../shared/icons/clock.svg?raw';
import eye from '../../../shared/icons/eye.svg?raw';
import language from '../../../shared/icons/language.svg?raw';
import logo from '../../../shared/icons/logo.svg?raw';
import next from '../../../shared/icons/next.svg?raw';
import power from '../../../shared/icons/power.svg?raw';
import restart from '../../../shared/icons/restart.svg?raw';
import warning from '../../../shared/icons/warning.svg?raw';

export const pageIcons = { check, clock, eye, language, logo, next, power, restart, warning };
