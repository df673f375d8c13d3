#pragma once

#include "rootfs/record/record.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the payload parsers share; not for other folders.
namespace farboot::rootfs
{

using Json = nlohmann::json;

inline constexpr std::size_t max_envelope_bytes = 1 << 20;
inline constexpr std::uint64_t max_record_number = (std::uint64_t{1} << 53) - 1; // what JavaScript counts exactly

/// An object, or what is wrong with the text. A member that is named twice is wrong: parsers differ in which one they
/// take, and what one of them checked another might not use.
[[nodiscard]] std::expected<Json, std::string> parse_object(std::string_view text);

[[nodiscard]] bool is_known_type(std::string_view type);

/// Reads the members of one payload. The first wrong member is remembered, and what is read after it is of no use: ask
/// error() at the end.
class PayloadReader
{
public:
    explicit PayloadReader(std::string_view payload);

    /// Type, version, series and number. Another type than `type` (if not empty) is a type-mismatch.
    RecordHeader header(std::string_view type);

    [[nodiscard]] const Json& root() const { return root_; }
    /// `where` goes before the member's name in the sentence: "kernel." or "".
    const Json& object(const Json& parent, const char* name, std::string_view where = "");
    const Json& array(const Json& parent, const char* name, std::size_t max_size, std::string_view where = "");
    std::string text(const Json& parent, const char* name, std::size_t max_bytes, std::string_view where = "");
    std::uint64_t number(const Json& parent, const char* name, std::uint64_t lowest, std::uint64_t highest,
                         std::string_view where = "");
    Digest digest(const Json& parent, const char* name, std::string_view where = "");
    /// Text for people: no control characters.
    std::string title(const Json& parent, const char* name);
    /// Each of these is one item of an array.
    std::string text_item(const Json& item, const char* name, std::size_t max_bytes);
    Digest digest_item(const Json& item, const char* name);
    const Json& object_item(const Json& item, const char* name);

    /// Remembers that a member is wrong, unless one was before.
    void wrong(std::string_view member, std::string_view why);
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    const Json& member(const Json& parent, const char* name, std::string_view where);

    Json root_;
    std::optional<Error> error_;
};

ImageRef read_image(PayloadReader& reader, const Json& parent);
Json image_json(const ImageRef& image);
Json header_json(const RecordHeader& header);

} // namespace farboot::rootfs
