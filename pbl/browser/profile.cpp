#include "pbl/browser/profile.hpp"

#include "pbl/browser/request_gate.hpp"

#include <QWebEngineDownloadRequest>
#include <QWebEngineSettings>

namespace farboot::browser
{

// No name: off the record.
Profile::Profile(const Origin& origin, QObject* parent) : QWebEngineProfile(parent)
{
    setHttpCacheType(MemoryHttpCache);
    setPersistentCookiesPolicy(NoPersistentCookies);
    setSpellCheckEnabled(false);
    setUrlRequestInterceptor(new RequestGate(origin, this));
    connect(this, &QWebEngineProfile::downloadRequested, this,
            [](QWebEngineDownloadRequest* download) { download->cancel(); });

    using Setting = QWebEngineSettings;
    for (auto attribute : {Setting::PluginsEnabled,
                           Setting::PdfViewerEnabled,
                           Setting::JavascriptCanOpenWindows,
                           Setting::JavascriptCanAccessClipboard,
                           Setting::JavascriptCanPaste,
                           Setting::LocalContentCanAccessRemoteUrls,
                           Setting::LocalContentCanAccessFileUrls,
                           Setting::HyperlinkAuditingEnabled,
                           Setting::NavigateOnDropEnabled,
                           Setting::ErrorPageEnabled,
                           Setting::WebGLEnabled,
                           Setting::Accelerated2dCanvasEnabled,
                           Setting::ScreenCaptureEnabled,
                           Setting::FullScreenSupportEnabled,
                           Setting::AllowRunningInsecureContent,
                           Setting::AllowGeolocationOnInsecureOrigins,
                           Setting::AllowWindowActivationFromJavaScript,
                           Setting::DnsPrefetchEnabled,
                           Setting::AutoLoadIconsForPage,
                           Setting::TouchIconsEnabled})
        settings()->setAttribute(attribute, false);
    settings()->setAttribute(Setting::WebRTCPublicInterfacesOnly, true);
    settings()->setAttribute(Setting::PlaybackRequiresUserGesture, true);
    settings()->setUnknownUrlSchemePolicy(Setting::DisallowUnknownUrlSchemes);
}

} // namespace farboot::browser
