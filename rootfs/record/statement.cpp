#include "rootfs/record/statement.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/json.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t min_nonce_bytes = 16;
constexpr std::size_t max_nonce_bytes = 64;
constexpr auto longest_use = std::chrono::minutes(10);
const RecordName statement_name{"statement", "statement"};

std::string time_text(std::chrono::sys_seconds time)
{
    auto day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::optional<std::chrono::sys_seconds> parse_time(std::string_view text)
{
    static constexpr std::string_view shape = "0000-00-00T00:00:00Z";
    if (text.size() != shape.size())
        return std::nullopt;
    int fields[6] = {};
    int field = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != '0' && text[i] != shape[i])
            return std::nullopt;
        if (shape[i] != '0')
            ++field;
        else if (text[i] < '0' || text[i] > '9')
            return std::nullopt;
        else
            fields[field] = fields[field] * 10 + (text[i] - '0');
    }
    using namespace std::chrono;
    year_month_day date{year(fields[0]), month(static_cast<unsigned>(fields[1])),
                        day(static_cast<unsigned>(fields[2]))};
    if (!date.ok() || fields[3] > 23 || fields[4] > 59 || fields[5] > 59)
        return std::nullopt;
    return sys_days(date) + hours(fields[3]) + minutes(fields[4]) + seconds(fields[5]);
}

} // namespace

Result<Statement> Statement::parse(std::string_view payload)
{
    PayloadReader reader(payload);
    const Json& root = reader.root();
    Statement statement;
    if (reader.header("statement").name.series != "statement")
        reader.wrong("series", "is not \"statement\"");
    auto nonce = from_base64(reader.text(root, "nonce", 2 * max_nonce_bytes));
    if (!nonce || nonce->size() < min_nonce_bytes || nonce->size() > max_nonce_bytes)
        reader.wrong("nonce", "is not base64 of 16 to 64 bytes");
    else
        statement.nonce = std::move(*nonce);
    auto time = parse_time(reader.text(root, "time", 64));
    if (!time)
        reader.wrong("time", "is not a time like 2026-01-31T12:00:00Z");
    else
        statement.time = *time;
    for (const Json& item : reader.array(root, "lowest", max_envelope_bytes)) {
        const Json& object = reader.object_item(item, "lowest");
        Lowest lowest;
        lowest.name.type = reader.text(object, "type", 64, "lowest[].");
        lowest.name.series = reader.text(object, "series", 64, "lowest[].");
        // A type of a later version is passed over: no record of it is used either.
        if (!is_series_name(lowest.name.type) || !is_series_name(lowest.name.series))
            reader.wrong("lowest[]", "does not name a series");
        lowest.number = reader.number(object, "number", 1, max_record_number, "lowest[].");
        statement.lowest.push_back(std::move(lowest));
    }
    for (const Json& item : reader.array(root, "revoked", max_envelope_bytes))
        statement.revoked.push_back(reader.digest_item(item, "revoked"));
    if (reader.error())
        return std::unexpected(*reader.error());
    return statement;
}

std::string Statement::to_json() const
{
    Json json = header_json({statement_name, 1});
    json["nonce"] = base64(as_bytes(nonce));
    json["time"] = time_text(time);
    json["lowest"] = Json::array();
    for (const Lowest& entry : lowest)
        json["lowest"].push_back({{"type", entry.name.type}, {"series", entry.name.series}, {"number", entry.number}});
    json["revoked"] = Json::array();
    for (const Digest& digest : revoked)
        json["revoked"].push_back(digest.hex());
    return json.dump();
}

Result<Statement> Statement::open(const Policy& policy, const Envelope& envelope, std::string_view nonce)
{
    auto payload = policy.open(envelope, statement_name);
    if (!payload)
        return std::unexpected(payload.error());
    auto statement = parse(*payload);
    if (!statement)
        return statement;
    if (statement->nonce != nonce)
        return fail("statement-stale",
                    "The server's statement answers another question than this computer's: it may be an old one and is "
                    "not used. Try again.");
    return statement;
}

Result<void> Statement::allows(const RecordHeader& record, std::string_view payload,
                               std::chrono::steady_clock::duration age) const
{
    if (age < age.zero() || age > longest_use)
        return fail("statement-stale",
                    "The server's statement about {} is older than 10 minutes and is not used: ask for a new one.",
                    record.name.text());
    for (const Lowest& entry : lowest)
        if (entry.name == record.name && record.number < entry.number)
            return fail("number-too-low",
                        "The record {} has number {}, but {} is the lowest that the server still allows: it is not "
                        "used. Choose the newer version.",
                        record.name.text(), record.number, entry.number);
    if (std::ranges::find(revoked, sha256(as_bytes(payload))) != revoked.end())
        return fail("revoked", "The record {} number {} was withdrawn by who runs the server: it is not used.",
                    record.name.text(), record.number);
    return {};
}

std::string fresh_nonce()
{
    std::string nonce(32, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) != 1)
        throw std::runtime_error("The system's random source does not answer.");
    return nonce;
}

} // namespace farboot::rootfs
