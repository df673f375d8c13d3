#include "pbl/agent/tools.hpp"

#include "pbl/agent/efi_variables.hpp"

#include <algorithm>
#include <array>

namespace farboot::agent
{

namespace
{

constexpr std::string_view prefix = "tool/";
constexpr std::array<std::string_view, 4> tools{"reboot", "power-off", "firmware-setup", "local-disk"};

} // namespace

Result<rootfs::RecordName> parse_choice(std::string_view text)
{
    if (!text.starts_with(prefix))
        return rootfs::RecordName::parse(text);
    const auto name = text.substr(prefix.size());
    if (std::ranges::find(tools, name) == tools.end())
        return fail("tool-unknown", "This preboot system has no tool \"{}\".", name.substr(0, 64));
    return rootfs::RecordName{"tool", std::string(name)};
}

Result<bool> prepare_tool(System& system, const rootfs::RecordName& tool)
{
    Result<void> ready;
    if (tool.series == "firmware-setup")
        ready = ask_for_setup(system);
    else if (tool.series == "local-disk")
        ready = ask_for_disk(system);
    if (!ready)
        return std::unexpected(ready.error());
    return tool.series != "power-off";
}

} // namespace farboot::agent
