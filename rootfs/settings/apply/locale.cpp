#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

Result<void> apply(const Locale& locale, Machine& machine)
{
    if (!machine.has_locale(locale.text))
        return fail("lacking", "The locale {} is not in this system: install locales-all in its image, or generate it.",
                    locale.text);
    const auto line = "LANG=" + locale.text + "\n";
    if (auto written = machine.write("/etc/default/locale", line); !written) // PAM's
        return written;
    return machine.write("/etc/locale.conf", line); // systemd's
}

} // namespace farboot::settings
