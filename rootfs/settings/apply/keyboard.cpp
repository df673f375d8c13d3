#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

namespace
{

/// Text consoles, where console-setup is installed. It takes some seconds, and a log-in on the console waits for it.
constexpr std::string_view console_unit = R"([Unit]
Description=Keyboard of the text consoles, by Farboot's settings
DefaultDependencies=no
Before=systemd-user-sessions.service getty-pre.target
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/setupcon --keyboard-only --save
)";

} // namespace

Result<void> apply(const Keyboard& keyboard, Machine& machine)
{
    const auto debian = fmt::format("XKBMODEL=\"{}\"\nXKBLAYOUT=\"{}\"\nXKBVARIANT=\"{}\"\nXKBOPTIONS=\"{}\"\n"
                                    "BACKSPACE=\"guess\"\n",
                                    keyboard.model, keyboard.layout, keyboard.variant, keyboard.options);
    if (auto written = machine.write("/etc/default/keyboard", debian); !written)
        return written;
    const auto xorg = fmt::format("Section \"InputClass\"\n"
                                  "    Identifier \"farboot-keyboard\"\n"
                                  "    MatchIsKeyboard \"on\"\n"
                                  "    Option \"XkbModel\" \"{}\"\n"
                                  "    Option \"XkbLayout\" \"{}\"\n"
                                  "    Option \"XkbVariant\" \"{}\"\n"
                                  "    Option \"XkbOptions\" \"{}\"\n"
                                  "EndSection\n",
                                  keyboard.model, keyboard.layout, keyboard.variant, keyboard.options);
    if (auto written = machine.write("/etc/X11/xorg.conf.d/00-farboot-keyboard.conf", xorg); !written)
        return written;
    if (!machine.has("/usr/bin/setupcon"))
        return {};
    return machine.write_unit("farboot-keyboard.service", console_unit, true);
}

} // namespace farboot::settings
