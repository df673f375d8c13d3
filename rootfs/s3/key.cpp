#include "rootfs/s3/key.hpp"

#include "rootfs/image/file.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_file_bytes = 64 * 1024;
constexpr std::size_t max_value_bytes = 4096;

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// They become headers: a line break in one would start another header.
bool is_word(std::string_view text)
{
    return !text.empty() && text.size() <= max_value_bytes &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_good(const S3Key& key)
{
    return is_word(key.access_key) && key.access_key.find('/') == std::string::npos && is_word(key.secret_key) &&
           (key.session_token.empty() || is_word(key.session_token));
}

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace

Result<S3Key> S3Key::parse(std::string_view text, std::string_view name)
{
    S3Key key;
    bool counts = true; // no heading yet
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('['))
            counts = line == "[default]";
        const auto equals = line.find('=');
        if (!counts || line.starts_with('#') || equals == line.npos)
            continue;
        const auto word = trimmed(line.substr(0, equals));
        const auto value = std::string(trimmed(line.substr(equals + 1)));
        if (word == "aws_access_key_id")
            key.access_key = value;
        else if (word == "aws_secret_access_key")
            key.secret_key = value;
        else if (word == "aws_session_token")
            key.session_token = value;
    }
    if (!is_good(key))
        return fail("key-malformed",
                    "{} does not hold a key for an S3 store. It needs the lines aws_access_key_id = … and "
                    "aws_secret_access_key = …, under [default] or no heading.",
                    name);
    return key;
}

Result<S3Key> S3Key::load(const std::string& file)
{
    if (!file.empty()) {
        struct stat info{};
        if (::stat(file.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
            return fail("key-permissions", "The key in {0} may be read by others: chmod 600 {0}", file);
        const auto text = read_file(file, max_file_bytes);
        if (!text)
            return std::unexpected(text.error());
        return parse(*text, file);
    }
    S3Key key{environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"), environment("AWS_SESSION_TOKEN")};
    if (key.access_key.empty() || key.secret_key.empty())
        return fail("key-missing",
                    "There is no key for the S3 store: name a file (mode 0600) with --s3-key-file, or set "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
    if (!is_good(key))
        return fail("key-malformed",
                    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are no key for an S3 store: one "
                    "of them has white space or letters that a key cannot have.");
    return key;
}

} // namespace farboot::rootfs
