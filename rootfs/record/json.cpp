#include "rootfs/record/json.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace farboot::rootfs
{

namespace
{

constexpr std::string_view types[] = {"boot", "vm", "gui", "policy", "statement"};
constexpr std::size_t max_depth = 16;
const Json nothing;

/// C0, DEL, and in UTF-8 also C1: a terminal obeys them all.
bool has_control_characters(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        bool c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (c < 0x20 || c == 0x7f || c1)
            return true;
    }
    return false;
}

} // namespace

bool is_known_type(std::string_view type)
{
    return std::ranges::find(types, type) != std::end(types);
}

std::expected<Json, std::string> parse_object(std::string_view text)
{
    if (text.size() > max_envelope_bytes)
        return std::unexpected(fmt::format("it is longer than {} bytes", max_envelope_bytes));
    std::vector<std::set<std::string>> names;
    std::string wrong;
    auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (static_cast<std::size_t>(depth) > max_depth)
            wrong = "it is nested too deeply";
        if (event == Json::parse_event_t::object_start)
            names.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            names.pop_back();
        else if (event == Json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second)
            wrong = "it has a member twice";
        return wrong.empty(); // false: what is below is not kept
    };
    Json value = Json::parse(text, look, false);
    if (!wrong.empty())
        return std::unexpected(wrong);
    if (value.is_discarded())
        return std::unexpected("it is not JSON");
    if (!value.is_object())
        return std::unexpected("it is not a JSON object");
    return value;
}

PayloadReader::PayloadReader(std::string_view payload)
{
    if (auto value = parse_object(payload))
        root_ = std::move(*value);
    else
        error_ = Error{"record-malformed", fmt::format("The record cannot be read: {}.", value.error())};
}

RecordHeader PayloadReader::header(std::string_view type)
{
    RecordHeader header;
    header.name.type = text(root_, "type", 64);
    std::uint64_t version = number(root_, "version", 0, max_record_number);
    if (!error_ && (version != 1 || !is_known_type(header.name.type)))
        error_ = Error{"type-unknown", fmt::format("The record is of type \"{}\", version {}, which this version of "
                                                   "Farboot does not know: update it.",
                                                   is_series_name(header.name.type) ? header.name.type : "?", version)};
    header.name.series = text(root_, "series", 64);
    if (!is_series_name(header.name.series))
        wrong("series", "is not a series name");
    header.number = number(root_, "number", 1, max_record_number);
    if (!error_ && !type.empty() && header.name.type != type)
        error_ = Error{"type-mismatch",
                       fmt::format("The record is of type {}, but {} was asked for.", header.name.type, type)};
    return header;
}

void PayloadReader::wrong(std::string_view member, std::string_view why)
{
    if (!error_)
        error_ = Error{"record-malformed", fmt::format("The record cannot be read: its member {} {}.", member, why)};
}

const Json& PayloadReader::member(const Json& parent, const char* name, std::string_view where)
{
    if (error_)
        return nothing;
    auto found = parent.find(name);
    if (found != parent.end())
        return *found;
    wrong(fmt::format("{}{}", where, name), "is missing");
    return nothing;
}

const Json& PayloadReader::object(const Json& parent, const char* name, std::string_view where)
{
    const Json& value = member(parent, name, where);
    if (!value.is_object())
        wrong(fmt::format("{}{}", where, name), "is not an object");
    return value.is_object() ? value : nothing;
}

const Json& PayloadReader::object_item(const Json& item, const char* name)
{
    if (!item.is_object())
        wrong(name, "has an item that is not an object");
    return item;
}

const Json& PayloadReader::array(const Json& parent, const char* name, std::size_t max_size, std::string_view where)
{
    static const Json empty = Json::array();
    const Json& value = member(parent, name, where);
    if (!value.is_array())
        wrong(fmt::format("{}{}", where, name), "is not a list");
    else if (value.size() > max_size)
        wrong(fmt::format("{}{}", where, name), fmt::format("has more than {} items", max_size));
    else
        return value;
    return empty;
}

std::string PayloadReader::text(const Json& parent, const char* name, std::size_t max_bytes, std::string_view where)
{
    const Json& value = member(parent, name, where);
    if (!value.is_string())
        wrong(fmt::format("{}{}", where, name), "is not a text");
    else if (value.get_ref<const std::string&>().size() > max_bytes)
        wrong(fmt::format("{}{}", where, name), fmt::format("is longer than {} bytes", max_bytes));
    else
        return value.get<std::string>();
    return {};
}

std::string PayloadReader::text_item(const Json& item, const char* name, std::size_t max_bytes)
{
    if (item.is_string() && item.get_ref<const std::string&>().size() <= max_bytes)
        return item.get<std::string>();
    wrong(name, fmt::format("has an item that is not a text of at most {} bytes", max_bytes));
    return {};
}

std::string PayloadReader::title(const Json& parent, const char* name)
{
    std::string value = text(parent, name, 800); // 200 characters of any script
    if (has_control_characters(value))
        wrong(name, "has control characters");
    return value;
}

std::uint64_t PayloadReader::number(const Json& parent, const char* name, std::uint64_t lowest, std::uint64_t highest,
                                    std::string_view where)
{
    const Json& value = member(parent, name, where);
    if (value.is_number_unsigned()) {
        auto n = value.get<std::uint64_t>();
        if (n >= lowest && n <= highest)
            return n;
    }
    wrong(fmt::format("{}{}", where, name), fmt::format("is not a whole number from {} to {}", lowest, highest));
    return lowest;
}

Digest PayloadReader::digest(const Json& parent, const char* name, std::string_view where)
{
    auto digest = Digest::from_hex(text(parent, name, 64, where));
    if (!digest)
        wrong(fmt::format("{}{}", where, name), "is not a SHA-256 in 64 lower-case hexadecimal digits");
    return digest.value_or(Digest{});
}

Digest PayloadReader::digest_item(const Json& item, const char* name)
{
    auto digest = Digest::from_hex(text_item(item, name, 64));
    if (!digest)
        wrong(name, "has an item that is not a SHA-256 in 64 lower-case hexadecimal digits");
    return digest.value_or(Digest{});
}

ImageRef read_image(PayloadReader& reader, const Json& parent)
{
    const Json& object = reader.object(parent, "image");
    ImageRef image;
    image.manifest = reader.digest(object, "manifest", "image.");
    image.root_bytes = reader.number(object, "root_bytes", 1, max_record_number, "image.");
    image.bytes = reader.number(object, "bytes", 0, max_record_number, "image.");
    if (object.contains("audience")) {
        image.audience = reader.text(object, "audience", 64, "image.");
        if (!is_series_name(image.audience))
            reader.wrong("image.audience", "is not a name of lower-case letters, digits, dots, dashes, underscores");
    }
    return image;
}

Json image_json(const ImageRef& image)
{
    Json json{{"manifest", image.manifest.hex()}, {"root_bytes", image.root_bytes}, {"bytes", image.bytes}};
    if (!image.audience.empty())
        json["audience"] = image.audience;
    return json;
}

Json header_json(const RecordHeader& header)
{
    return {{"type", header.name.type}, {"version", 1}, {"series", header.name.series}, {"number", header.number}};
}

} // namespace farboot::rootfs
