#include "rootfs/image/retired_list.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/image/locator.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_list_bytes = std::uint64_t{1} << 30;
constexpr unsigned list_version = 1;

/// What clean may delete: nothing outside v1/, and no detour to it.
bool is_store_path(const std::string& file)
{
    return file.starts_with("v1/") && file.find("..") == std::string::npos;
}

} // namespace

Result<RetiredList> RetiredList::load(const Store& store)
{
    const auto text = read_file(path(store), max_list_bytes);
    if (!text && text.error().reason == "not-found")
        return RetiredList();
    if (!text)
        return std::unexpected(text.error());
    auto list = parse(*text);
    if (!list)
        return fail(
            list.error().reason,
            "{} cannot be used: {} It may be deleted: what it lists is then found again, and waits anew; images "
            "that had been removed are there again.",
            path(store).string(), list.error().sentence);
    return list;
}

Result<RetiredList> RetiredList::parse(std::string_view text)
{
    RetiredList list;
    try {
        const auto json = nlohmann::json::parse(text);
        if (json.at("version").get<std::uint64_t>() != list_version)
            return fail("retired-malformed", "It has version {}, but this program knows only {}.",
                        json.at("version").get<std::uint64_t>(), list_version);
        for (const auto& item : json.at("files")) {
            const auto& file = item.at("path").get_ref<const std::string&>();
            if (!is_store_path(file))
                return fail("retired-malformed", "It lists \"{}\", which is no file of v1.", file);
            list.add(file, {item.at("bytes").get<std::uint64_t>(), item.at("since").get<std::int64_t>()});
        }
    } catch (const nlohmann::json::exception& error) {
        return fail("retired-malformed", "It is not the JSON that was expected ({}).", error.what());
    }
    return list;
}

bool RetiredList::has_image(const Digest& image) const
{
    return contains(locator_path(image));
}

std::string RetiredList::to_json() const
{
    auto files = nlohmann::json::array();
    for (const auto& [file, entry] : entries_)
        files.push_back({{"path", file}, {"bytes", entry.bytes}, {"since", entry.since}});
    return nlohmann::json{{"version", list_version}, {"files", files}}.dump(1) + "\n";
}

} // namespace farboot::rootfs
