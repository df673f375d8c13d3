#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

Result<void> apply(const TimeZone& zone, Machine& machine)
{
    const auto file = "/usr/share/zoneinfo/" + zone.text;
    if (!machine.read(file).starts_with("TZif"))
        return fail("lacking", "The time zone {} is not in this system: is tzdata in its image?", zone.text);
    if (auto linked = machine.link("/etc/localtime", file); !linked)
        return linked;
    return machine.write("/etc/timezone", zone.text + "\n");
}

} // namespace farboot::settings
