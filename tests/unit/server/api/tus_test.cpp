#include "rootfs/base/digest.hpp"
#include "rootfs/base/encoding.hpp"
#include "server/api/upload_keeper.hpp"
#include "server/api/upload_reception.hpp"
#include "server/catalog/events.hpp"
#include "server/catalog/uploads.hpp"
#include "server/catalog/users.hpp"
#include "tests/unit/server/api/api_fixture.hpp"
#include "tests/unit/server/finish.hpp"

#include <gmock/gmock.h>

#include <fstream>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// tus, as its specification has it, and what is of this server.
class TusTest : public ApiTest
{
protected:
    void SetUp() override
    {
        ApiTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        anna_ = user({{{"rights", {"uploads.send"}}}}, "anna");
        bert_ = user({{{"rights", {"uploads.send"}}}}, "bert");
        publisher_ = user({{{"rights", {"uploads.send", "store.upload"}}}}, "publisher");
    }

    Answer tus(const Caller& caller, const std::string& method, const std::string& target, Headers headers = {},
               const std::string& body = {})
    {
        headers.emplace_back("tus-resumable", "1.0.0");
        auto answer = call(caller, method, target, body, "*", headers);
        EXPECT_EQ(answer.headers["Tus-Resumable"], "1.0.0") << method << " " << target << answer.body;
        return answer;
    }
    static std::string metadata(const std::string& name, const std::string& digest = {})
    {
        auto text = "filename " + base64(as_bytes(name));
        if (!digest.empty())
            text += ",sha256 " + base64(as_bytes(digest));
        return text;
    }
    Answer create(const Caller& caller, const std::string& length, const std::string& given = metadata("disk.img"))
    {
        return tus(caller, "POST", "/api/v1/uploads", {{"upload-length", length}, {"upload-metadata", given}});
    }
    std::string begin(const Caller& caller, std::size_t length, const std::string& digest = {})
    {
        const auto answer = create(caller, std::to_string(length), metadata("disk.img", digest));
        EXPECT_EQ(answer.status, 201) << answer.body;
        const auto place = answer.headers.find("Location");
        return place == answer.headers.end() ? "" : place->second;
    }
    Answer send(const Caller& caller, const std::string& place, const std::string& offset, const std::string& bytes)
    {
        return tus(caller, "PATCH", place,
                   {{"content-type", "application/offset+octet-stream"}, {"upload-offset", offset}}, bytes);
    }
    std::string offset(const Caller& caller, const std::string& place)
    {
        return tus(caller, "HEAD", place).headers["Upload-Offset"];
    }
    void look() { finish(looked()); }
    void set_clock() { finish(clock_set()); }
    std::filesystem::path file_of(const std::string& place) const
    {
        return context().uploads.folder.whole(std::stoll(place.substr(place.rfind('/') + 1)));
    }
    std::filesystem::path part_of(const std::string& place) const { return file_of(place).string() + ".part"; }

    Caller anna_;
    Caller bert_;
    Caller publisher_;

private:
    boost::asio::awaitable<bool> looked()
    {
        co_await server::api::look_after_uploads(context(), {});
        co_return true;
    }
    boost::asio::awaitable<bool> clock_set()
    {
        co_await server::api::give_uploads_time(context());
        co_return true;
    }
};

FARBOOT_ON_EACH_DATABASE(TusTest);

} // namespace

TEST_P(TusTest, TheServerSaysWhatItKnows)
{
    for (const auto* path : {"/api/v1/uploads", "/api/v1/uploads/1"}) {
        auto answer = call({}, "OPTIONS", path);
        EXPECT_EQ(answer.status, 204);
        EXPECT_EQ(answer.headers["Tus-Version"], "1.0.0");
        EXPECT_EQ(answer.headers["Tus-Extension"], "creation,expiration,termination");
        EXPECT_EQ(answer.headers["Tus-Max-Size"], "10000000");
    }
}

TEST_P(TusTest, AFileComesInPartsAndIsRead)
{
    const std::string bytes = "far" + std::string(1000, '\0') + "boot";
    const auto digest = sha256(as_bytes(bytes)).hex();
    const auto place = begin(anna_, bytes.size(), digest);
    EXPECT_EQ(place, "/api/v1/uploads/1");
    auto head = tus(anna_, "HEAD", place);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers["Upload-Offset"], "0");
    EXPECT_EQ(head.headers["Upload-Length"], std::to_string(bytes.size()));
    EXPECT_EQ(head.headers["Upload-Metadata"], metadata("disk.img", digest));
    EXPECT_EQ(head.headers["Cache-Control"], "no-store");
    EXPECT_EQ(head.headers["Upload-Expires"], "Sat, 07 Feb 2026 12:00:00 GMT");

    auto part = send(anna_, place, "0", bytes.substr(0, 100));
    EXPECT_EQ(part.status, 204) << part.body;
    EXPECT_EQ(part.headers["Upload-Offset"], "100");
    EXPECT_EQ(part.headers["Upload-Expires"], "Sat, 07 Feb 2026 12:00:00 GMT");
    EXPECT_EQ(offset(anna_, place), "100");
    EXPECT_EQ(send(anna_, place, "100", "").headers["Upload-Offset"], "100") << "nothing may be sent";
    EXPECT_EQ(call(anna_, "GET", place + "/file").summary(), "409 upload-incomplete");
    part = send(anna_, place, "100", bytes.substr(100));
    EXPECT_EQ(part.headers["Upload-Offset"], std::to_string(bytes.size()));
    EXPECT_FALSE(part.headers.contains("Upload-Expires"));
    EXPECT_EQ(call(anna_, "GET", place).json()["state"], "checking");
    EXPECT_FALSE(std::filesystem::exists(file_of(place))) << "nothing has its name before it is checked";
    look();
    const auto seen = call(anna_, "GET", place).json();
    EXPECT_EQ(seen["state"], "complete");
    EXPECT_EQ(seen["sha256"], digest);
    EXPECT_EQ(seen["owner"], "anna");
    EXPECT_TRUE(seen["expires"].is_null());
    EXPECT_FALSE(std::filesystem::exists(part_of(place)));
    auto file = call(anna_, "GET", place + "/file");
    EXPECT_EQ(file.status, 200);
    EXPECT_EQ(file.etag, '"' + digest + '"');
    EXPECT_EQ(file.headers["Content-Disposition"], "attachment; filename*=UTF-8''disk.img");
    auto range = call(anna_, "GET", place + "/file", "", "*", {{"range", "bytes=3-5"}});
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.headers["Content-Range"], fmt::format("bytes 3-5/{}", bytes.size()));
    EXPECT_EQ(send(anna_, place, std::to_string(bytes.size()), "").status, 204) << "who has missed the last answer";
    EXPECT_EQ(send(anna_, place, "0", "far").summary(), "409 offset-wrong");
}

TEST_P(TusTest, WhatIsNotOfTheProtocolIsRefused)
{
    for (const std::string length :
         {"", "-1", "+1", "1.5", "0x10", " 1", "1 ", "99999999999999999999", "9007199254740993"})
        EXPECT_EQ(create(anna_, length).summary(), "400 length-malformed Upload-Length") << length;
    EXPECT_EQ(create(anna_, "10000001").summary(), "413 body-too-large");
    EXPECT_EQ(create(anna_, "1", "filename").summary(), "400 metadata-malformed Upload-Metadata");
    EXPECT_EQ(create(anna_, "1", metadata("../x")).summary(), "400 metadata-malformed Upload-Metadata");
    EXPECT_EQ(create(anna_, "1", metadata("x", "12")).summary(), "400 metadata-malformed Upload-Metadata");
    EXPECT_TRUE(call(anna_, "GET", "/api/v1/uploads").json()["uploads"].empty());

    const auto place = begin(anna_, 10);
    for (const auto& version : {Headers{}, Headers{{"tus-resumable", "0.2.2"}}}) {
        for (const std::string method : {"HEAD", "PATCH", "DELETE"}) {
            auto answer = call(anna_, method, place, "", "*", version);
            EXPECT_EQ(answer.summary(), "412 tus-version") << method;
            EXPECT_EQ(answer.headers["Tus-Version"], "1.0.0") << method;
        }
        EXPECT_EQ(call(anna_, "POST", "/api/v1/uploads", "", "*", version).summary(), "412 tus-version");
    }
    for (const std::string wrong : {"", "-1", "x", "1e1", "18446744073709551616"})
        EXPECT_EQ(send(anna_, place, wrong, "x").summary(), "400 offset-malformed Upload-Offset") << wrong;
    EXPECT_EQ(send(anna_, place, "1", "x").summary(), "409 offset-wrong");
    EXPECT_EQ(send(anna_, place, "0", "01234567890").summary(), "413 body-too-large");
    EXPECT_EQ(send(anna_, place, "9007199254740992", "x").summary(), "413 body-too-large");
    EXPECT_EQ(tus(anna_, "PATCH", place, {{"upload-offset", "0"}}, "x").summary(), "415 type-unsupported");
    EXPECT_EQ(offset(anna_, place), "0");
    EXPECT_EQ(send(anna_, "/api/v1/uploads/x", "0", "x").summary(), "404 not-found");
}

TEST_P(TusTest, OthersSeeNothingOfItButPublishers)
{
    const auto place = begin(anna_, 4);
    EXPECT_EQ(send(bert_, place, "0", "evil").summary(), "404 not-found");
    EXPECT_EQ(tus(bert_, "HEAD", place).status, 404);
    EXPECT_EQ(tus(bert_, "DELETE", place).summary(), "404 not-found");
    EXPECT_EQ(call(bert_, "GET", place).summary(), "404 not-found");
    EXPECT_EQ(call(bert_, "GET", place + "/file").summary(), "404 not-found");
    EXPECT_TRUE(call(bert_, "GET", "/api/v1/uploads").json()["uploads"].empty());

    EXPECT_EQ(send(publisher_, place, "0", "evil").summary(), "404 not-found") << "nobody writes into another's file";
    EXPECT_EQ(send(anna_, place, "0", "good").status, 204);
    look();
    EXPECT_EQ(call(publisher_, "GET", place + "/file").status, 200);
    EXPECT_EQ(call(publisher_, "GET", "/api/v1/uploads").json()["uploads"].size(), 1U);
    EXPECT_EQ(tus(publisher_, "DELETE", place).status, 204);
    EXPECT_EQ(tus(anna_, "HEAD", place).status, 404);
    EXPECT_FALSE(std::filesystem::exists(file_of(place)));
}

TEST_P(TusTest, AWrongDigestIsSaidAndNothingKept)
{
    const auto place = begin(anna_, 4, std::string(64, 'a'));
    EXPECT_EQ(send(anna_, place, "0", "good").status, 204);
    look();
    const auto seen = call(anna_, "GET", place).json();
    EXPECT_EQ(seen["state"], "refused");
    EXPECT_THAT(seen["sentence"].get<std::string>(), HasSubstr(sha256(as_bytes("good")).hex()));
    EXPECT_EQ(tus(anna_, "HEAD", place).status, 410);
    EXPECT_EQ(send(anna_, place, "0", "good").summary(), "410 upload-over");
    EXPECT_EQ(call(anna_, "GET", place + "/file").summary(), "409 upload-incomplete");
    EXPECT_FALSE(std::filesystem::exists(file_of(place)));
    EXPECT_FALSE(std::filesystem::exists(part_of(place)));
    EXPECT_EQ(call(anna_, "GET", "/api/v1/uploads").json()["quota"]["used"], 0);
}

TEST_P(TusTest, WhatTheFileDoesNotHaveIsNotToldOf)
{
    const auto place = begin(anna_, 10);
    EXPECT_EQ(send(anna_, place, "0", "01234").status, 204);
    std::filesystem::resize_file(part_of(place), 8); // what came after the last word to the database
    EXPECT_EQ(offset(anna_, place), "5");
    EXPECT_EQ(send(anna_, place, "5", "5").status, 204);
    EXPECT_EQ(std::filesystem::file_size(part_of(place)), 6U);
    std::filesystem::resize_file(part_of(place), 3); // a backup, a broken disk
    EXPECT_EQ(offset(anna_, place), "3");
    EXPECT_EQ(send(anna_, place, "6", "6789").summary(), "409 offset-wrong");
    EXPECT_EQ(send(anna_, place, "3", "3456789").status, 204);
    look();
    EXPECT_EQ(call(anna_, "GET", place).json()["sha256"], sha256(as_bytes("0123456789")).hex());
}

TEST_P(TusTest, OneSendsAtATime)
{
    const auto place = begin(anna_, 10);
    {
        const auto held = context().uploads.folder.open_part(1); // as another server of the database does
        ASSERT_TRUE(held);
        EXPECT_EQ(send(anna_, place, "0", "x").summary(), "423 locked");
        EXPECT_EQ(offset(anna_, place), "0") << "to ask is free";
    }
    EXPECT_EQ(send(anna_, place, "0", "0123456789").status, 204);
    {
        const auto held = context().uploads.folder.open_part(1);
        look();
        EXPECT_EQ(call(anna_, "GET", place).json()["state"], "checking");
    }
    look();
    EXPECT_EQ(call(anna_, "GET", place).json()["state"], "complete");
}

TEST_P(TusTest, AServerMayDieBetweenTheNameAndTheRow)
{
    const auto place = begin(anna_, 4);
    EXPECT_EQ(send(anna_, place, "0", "good").status, 204);
    ASSERT_TRUE(context().uploads.folder.finish(1));
    look();
    EXPECT_EQ(call(anna_, "GET", place).json()["state"], "complete");
    const auto lost = begin(anna_, 4);
    EXPECT_EQ(send(anna_, lost, "0", "good").status, 204);
    std::filesystem::remove(part_of(lost));
    look();
    EXPECT_EQ(call(anna_, "GET", lost).json()["state"], "refused");
    // A request that came late has begun the file anew.
    const auto late = begin(anna_, 4);
    EXPECT_EQ(send(anna_, late, "0", "good").status, 204);
    ASSERT_TRUE(context().uploads.folder.finish(3));
    std::ofstream(part_of(late)).flush();
    look();
    EXPECT_EQ(call(anna_, "GET", late).json()["state"], "complete");
    EXPECT_TRUE(std::filesystem::exists(file_of(late)));
}

TEST_P(TusTest, ALateRequestLeavesNoFileBehind)
{
    const auto place = begin(anna_, 4);
    EXPECT_EQ(send(anna_, place, "0", "good").status, 204);
    look();
    EXPECT_FALSE(finish(server::api::begin_reception(context(), 1, 0)));
    EXPECT_FALSE(std::filesystem::exists(part_of(place)));
    EXPECT_TRUE(std::filesystem::exists(file_of(place)));
}

TEST_P(TusTest, AFileThatCannotBeReadIsNobodyElsesBusiness)
{
    const auto bad = begin(anna_, 4);
    EXPECT_EQ(send(anna_, bad, "0", "good").status, 204);
    std::filesystem::remove(part_of(bad));
    std::filesystem::create_symlink("nowhere", part_of(bad));
    const auto good = begin(bert_, 4);
    EXPECT_EQ(send(bert_, good, "0", "good").status, 204);
    EXPECT_THROW(look(), std::runtime_error) << "for a longer pause";
    EXPECT_EQ(call(bert_, "GET", good).json()["state"], "complete");
    EXPECT_EQ(call(anna_, "GET", bad).json()["state"], "checking");
}

TEST_P(TusTest, WhenTheClockIsSetNothingExpiresForThat)
{
    const auto place = begin(anna_, 10);
    now_ += std::chrono::days(3 * 365);
    set_clock();
    look();
    const auto fresh = user({{{"rights", {"uploads.send", "store.upload"}}}});
    EXPECT_EQ(call(fresh, "GET", place).status, 200);
}

TEST_P(TusTest, AnEmptyFileIsOne)
{
    const auto place = begin(anna_, 0);
    look();
    const auto seen = call(anna_, "GET", place).json();
    EXPECT_EQ(seen["state"], "complete");
    EXPECT_EQ(seen["sha256"], sha256({}).hex());
    EXPECT_TRUE(std::filesystem::exists(file_of(place)));
}

TEST_P(TusTest, QuotasHoldAndSayWhatIsLeft)
{
    ASSERT_TRUE(change([](catalog::Connection& each) { return catalog::set_admin(each, "admin", "hash"); }));
    begin(anna_, 600'000); // of a million
    auto answer = create(anna_, "500000");
    EXPECT_EQ(answer.summary(), "413 quota-exceeded");
    EXPECT_THAT(answer.body, HasSubstr("400000 bytes more"));
    EXPECT_THAT(answer.body, HasSubstr("whoever manages users"));
    begin(bert_, 500'000);
    const auto used = call(anna_, "GET", "/api/v1/uploads").json()["quota"];
    EXPECT_EQ(used, (json{{"bytes", 1'000'000}, {"used", 600'000}}));

    const auto admin = user({{{"rights", {"users.manage", "uploads.send"}}}}, "boss");
    auto row = call(admin, "GET", fmt::format("/api/v1/users/{}", anna_.user)).json();
    EXPECT_TRUE(row["upload_quota"].is_null());
    EXPECT_EQ(call(admin, "PUT", fmt::format("/api/v1/users/{}", anna_.user), R"({"name": "anna", "upload_quota": -1})")
                  .summary(),
              "400 user-malformed upload_quota");
    row["upload_quota"] = 50'000'000;
    const auto changed = call(admin, "PUT", fmt::format("/api/v1/users/{}", anna_.user), row.dump());
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.json()["upload_quota"], 50'000'000);
    begin(anna_, 500'000);
    answer = create(anna_, "9000000"); // of ten millions for all
    EXPECT_EQ(answer.summary(), "413 quota-exceeded");
    EXPECT_THAT(answer.body, HasSubstr("8400000 bytes more"));
    EXPECT_THAT(answer.body, HasSubstr("whoever runs the server"));
    row["upload_quota"] = 0;
    EXPECT_EQ(call(admin, "PUT", fmt::format("/api/v1/users/{}", anna_.user), row.dump()).status, 200);
    EXPECT_EQ(create(anna_, "1").summary(), "413 quota-exceeded");
}

TEST_P(TusTest, WhatNobodyGoesOnWithExpires)
{
    const auto open = begin(anna_, 10);
    EXPECT_EQ(send(anna_, open, "0", "01234").status, 204);
    const auto whole = begin(anna_, 1);
    EXPECT_EQ(send(anna_, whole, "0", "x").status, 204);
    look();
    now_ += std::chrono::days(6);
    auto fresh = user({{{"rights", {"uploads.send", "store.upload"}}}}); // the first sessions have ended, too
    const auto later = begin(fresh, 10);
    EXPECT_EQ(send(fresh, later, "0", "0").status, 204);
    look();
    EXPECT_EQ(offset(fresh, open), "5");
    now_ += std::chrono::days(1) + std::chrono::seconds(1);
    look();
    fresh = user({{{"rights", {"uploads.send", "store.upload"}}}});
    EXPECT_EQ(tus(fresh, "HEAD", open).status, 404);
    EXPECT_FALSE(std::filesystem::exists(part_of(open)));
    EXPECT_TRUE(std::filesystem::exists(file_of(whole)));
    EXPECT_TRUE(std::filesystem::exists(part_of(later)));
}

TEST_P(TusTest, WhatIsRemovedWhileItComesIsGone)
{
    const auto place = begin(anna_, 10);
    EXPECT_EQ(send(anna_, place, "0", "01234").status, 204);
    EXPECT_EQ(tus(anna_, "DELETE", place).status, 204);
    EXPECT_EQ(send(anna_, place, "5", "56789").summary(), "404 not-found");
    EXPECT_EQ(tus(anna_, "DELETE", place).summary(), "404 not-found");
    EXPECT_FALSE(std::filesystem::exists(part_of(place)));
}

TEST_P(TusTest, ProgressIsToldEachPercent)
{
    const auto last = catalog::event_range(connection()).last;
    const auto place = begin(anna_, 1000);
    for (int at = 0; at < 1000; at += 2)
        ASSERT_EQ(send(anna_, place, std::to_string(at), "ab").status, 204);
    look();
    int uploads = 0;
    for (const auto& event : catalog::events_after(connection(), last, 10'000))
        uploads += event.kind == "upload" && event.object == 1 ? 1 : 0;
    EXPECT_GE(uploads, 100);
    EXPECT_LE(uploads, 103);
}

TEST_P(TusTest, ListsComeInParts)
{
    for (int i = 0; i < 5; ++i)
        begin(anna_, 1);
    auto page = call(anna_, "GET", "/api/v1/uploads?limit=2").json();
    EXPECT_EQ(page["uploads"].size(), 2U);
    EXPECT_EQ(page["next"], 2);
    page = call(anna_, "GET", "/api/v1/uploads?limit=4&after=2").json();
    EXPECT_EQ(page["uploads"].size(), 3U);
    EXPECT_TRUE(page["next"].is_null());
}
