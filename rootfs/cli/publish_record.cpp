#include "rootfs/cli/publish_record.hpp"
#include "rootfs/base/number.hpp"

namespace farboot::rootfs
{

namespace
{

Result<DataFile> parse_data(const std::string& text)
{
    const auto colon = text.rfind(':');
    DataFile file{text.substr(0, colon), 0};
    if (colon == std::string::npos)
        return fail("usage", "--data {}: expected name:max_bytes, as in settings.json:65536.", text);
    const auto max_bytes = to_number<decltype(file.max_bytes)>(std::string_view(text).substr(colon + 1));
    if (!max_bytes)
        return fail("usage", "--data {}: expected name:max_bytes, as in settings.json:65536.", text);
    file.max_bytes = *max_bytes;
    return file;
}

template <class Record>
Result<std::string> checked(const Record& record)
{
    auto payload = record.to_json();
    if (const auto parsed = Record::parse(payload); !parsed)
        return std::unexpected(parsed.error());
    return payload;
}

} // namespace

Result<std::string> make_payload(const RecordPlan& plan, std::uint64_t number, const RecordParts& parts)
{
    const RecordHeader header{{plan.type, plan.series}, number};
    if (plan.type != "boot" && !parts.image)
        return fail("usage", "A {} record needs --image.", plan.type);
    if (plan.type == "vm")
        return checked(VmRecord{header, plan.title, *parts.image, plan.machine});
    if (plan.type == "gui")
        return checked(GuiRecord{header, plan.title, *parts.image});
    if (!parts.kernel)
        return fail("usage", "A boot record needs --kernel.");
    BootRecord record{header,      plan.title, *parts.kernel,    parts.initramfs, plan.cmdline,
                      parts.image, {},         plan.offline_days};
    for (const auto& text : plan.data) {
        auto file = parse_data(text);
        if (!file)
            return std::unexpected(file.error());
        record.data.push_back(std::move(*file));
    }
    return checked(record);
}

} // namespace farboot::rootfs
