#include "rootfs/record/record.hpp"

#include "rootfs/record/json.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_initramfs_files = 8;
constexpr std::size_t max_data_files = 64;
constexpr std::uint64_t max_file_bytes = std::uint64_t{4} << 30;
constexpr std::size_t max_cmdline_bytes = 2048;

FileRef read_file(PayloadReader& reader, const Json& object, std::string_view where)
{
    FileRef file;
    file.digest = reader.digest(object, "digest", where);
    file.size = reader.number(object, "size", 1, max_file_bytes, where);
    return file;
}

Json file_json(const FileRef& file)
{
    return {{"digest", file.digest.hex()}, {"size", file.size}};
}

std::string read_choice(PayloadReader& reader, const Json& object, const char* name,
                        std::initializer_list<std::string_view> choices)
{
    std::string value = reader.text(object, name, 64, "machine.");
    if (std::ranges::find(choices, value) == choices.end())
        reader.wrong(fmt::format("machine.{}", name), fmt::format("is none of {}", fmt::join(choices, ", ")));
    return value;
}

template <class Record>
Result<Record> finished(const PayloadReader& reader, Record record)
{
    if (reader.error())
        return std::unexpected(*reader.error());
    return record;
}

} // namespace

bool is_series_name(std::string_view name)
{
    auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    auto rest = [&](char c) { return letter_or_digit(c) || c == '.' || c == '_' || c == '-'; };
    return !name.empty() && name.size() <= 64 && letter_or_digit(name.front()) && std::ranges::all_of(name, rest);
}

Result<RecordName> RecordName::parse(std::string_view text)
{
    auto slash = text.find('/');
    if (slash != text.npos && is_known_type(text.substr(0, slash)) && is_series_name(text.substr(slash + 1)))
        return RecordName{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
    return fail("record-malformed",
                "This is not a record's name; one looks like boot/debian-desktop: a type, a slash, and lower-case "
                "letters, digits, dots, dashes and underscores.");
}

Result<RecordHeader> RecordHeader::parse(std::string_view payload)
{
    PayloadReader reader(payload);
    RecordHeader header = reader.header("");
    return finished(reader, std::move(header));
}

Result<BootRecord> BootRecord::parse(std::string_view payload)
{
    PayloadReader reader(payload);
    const Json& root = reader.root();
    BootRecord record;
    record.header = reader.header("boot");
    record.title = reader.title(root, "title");
    record.kernel = read_file(reader, reader.object(root, "kernel"), "kernel.");
    for (const Json& item : reader.array(root, "initramfs", max_initramfs_files))
        record.initramfs.push_back(read_file(reader, reader.object_item(item, "initramfs"), "initramfs[]."));
    record.cmdline = reader.text(root, "cmdline", max_cmdline_bytes);
    if (std::ranges::any_of(record.cmdline, [](char c) { return c < 0x20 || c > 0x7e; }))
        reader.wrong("cmdline", "has characters that are not printable ASCII");
    if (root.contains("image"))
        record.image = read_image(reader, root);
    for (const Json& item : reader.array(root, "data", max_data_files)) {
        const Json& object = reader.object_item(item, "data");
        DataFile file;
        file.name = reader.text(object, "name", 64, "data[].");
        if (!is_series_name(file.name))
            reader.wrong("data[].name", "is not a file name of lower-case letters, digits, dots, dashes, underscores");
        if (std::ranges::find(record.data, file.name, &DataFile::name) != record.data.end())
            reader.wrong("data", "has a name twice");
        file.max_bytes = reader.number(object, "max_bytes", 0, max_file_bytes, "data[].");
        record.data.push_back(std::move(file));
    }
    record.offline_days = static_cast<std::uint32_t>(reader.number(root, "offline_days", 0, 36'500));
    return finished(reader, std::move(record));
}

std::string BootRecord::to_json() const
{
    Json json = header_json(header);
    json["title"] = title;
    json["kernel"] = file_json(kernel);
    json["initramfs"] = Json::array();
    for (const FileRef& file : initramfs)
        json["initramfs"].push_back(file_json(file));
    json["cmdline"] = cmdline;
    if (image)
        json["image"] = image_json(*image);
    json["data"] = Json::array();
    for (const DataFile& file : data)
        json["data"].push_back({{"name", file.name}, {"max_bytes", file.max_bytes}});
    json["offline_days"] = offline_days;
    return json.dump();
}

Result<VmRecord> VmRecord::parse(std::string_view payload)
{
    PayloadReader reader(payload);
    const Json& root = reader.root();
    VmRecord record;
    record.header = reader.header("vm");
    record.title = reader.title(root, "title");
    record.image = read_image(reader, root);
    const Json& machine = reader.object(root, "machine");
    record.machine.memory_mib =
        static_cast<std::uint32_t>(reader.number(machine, "memory_mib", 1, 1 << 24, "machine."));
    record.machine.cpus = static_cast<std::uint32_t>(reader.number(machine, "cpus", 1, 1024, "machine."));
    record.machine.firmware = read_choice(reader, machine, "firmware", {"bios", "uefi", "uefi-secure"});
    record.machine.os = reader.text(machine, "os", 256, "machine.");
    record.machine.disk_bus = read_choice(reader, machine, "disk_bus", {"virtio", "sata", "ide"});
    record.machine.nic = read_choice(reader, machine, "nic", {"virtio", "e1000e", "none"});
    if (const auto scripts = machine.find("scripts"); scripts != machine.end()) {
        if (!scripts->is_boolean())
            reader.wrong("machine.scripts", "is neither true nor false");
        record.machine.scripts = *scripts == true;
    }
    return finished(reader, std::move(record));
}

std::string VmRecord::to_json() const
{
    Json json = header_json(header);
    json["title"] = title;
    json["image"] = image_json(image);
    json["machine"] = {{"memory_mib", machine.memory_mib}, {"cpus", machine.cpus},
                       {"firmware", machine.firmware},     {"os", machine.os},
                       {"disk_bus", machine.disk_bus},     {"nic", machine.nic}};
    if (machine.scripts)
        json["machine"]["scripts"] = true;
    return json.dump();
}

Result<GuiRecord> GuiRecord::parse(std::string_view payload)
{
    PayloadReader reader(payload);
    GuiRecord record;
    record.header = reader.header("gui");
    record.title = reader.title(reader.root(), "title");
    record.image = read_image(reader, reader.root());
    return finished(reader, std::move(record));
}

std::string GuiRecord::to_json() const
{
    Json json = header_json(header);
    json["title"] = title;
    json["image"] = image_json(image);
    return json.dump();
}

Result<ImageRef> image_of(std::string_view payload)
{
    PayloadReader reader(payload);
    RecordHeader header = reader.header("");
    if (reader.error())
        return std::unexpected(*reader.error());
    bool without = header.name.type == "policy" || header.name.type == "statement" ||
                   (header.name.type == "boot" && !reader.root().contains("image"));
    if (without)
        return fail("type-mismatch", "The record {} has no image.", header.name.text());
    ImageRef image = read_image(reader, reader.root());
    return finished(reader, image);
}

} // namespace farboot::rootfs
