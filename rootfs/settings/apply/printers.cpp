#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

namespace
{

/// A printer without a driver is asked what it can, so CUPS must run and the printer answer: tried again until then.
constexpr std::string_view unit = R"([Unit]
Description=Printers, by Farboot's settings
Wants=cups.service
After=cups.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/farboot-settings printers
Restart=on-failure
RestartSec=60
)";

} // namespace

Result<void> apply(const Printers& printers, Machine& machine)
{
    if (printers.list.empty())
        return {};
    if (!machine.has("/usr/sbin/lpadmin"))
        return fail("lacking", "CUPS is not in this system: install cups and cups-client in its image.");
    return machine.write_unit("farboot-printers.service", unit, true);
}

Result<void> add_printers(const Printers& printers, Machine& machine)
{
    Result<void> result;
    for (const auto& printer : printers.list) {
        auto added =
            machine.run({"lpadmin", "-p", printer.name, "-E", "-v", printer.uri, "-D",
                         printer.description.empty() ? printer.name : printer.description, "-m", "everywhere"});
        if (added && printer.is_default)
            added = machine.run({"lpadmin", "-d", printer.name});
        if (!added)
            result = fail("program-failed", "The printer {} is not added: {}", printer.name, added.error().sentence);
    }
    return result;
}

} // namespace farboot::settings
