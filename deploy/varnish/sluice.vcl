# Sluice's delivery through Varnish 7 with vmod-digest and varnish-modules: checks tokens, caches, joins misses.
# What to set: the backend, and the proxies in front of Varnish if any. README.md says how.
vcl 4.1;

import digest;
import std;
import str;
import var;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    .first_byte_timeout = 15s; # the origin holds a request for a segment that is being encoded for 8 s
    .between_bytes_timeout = 15s;
}

# Whose X-Forwarded-For is believed: its last address is then the viewer's. Nobody's, unless you name them.
acl sluice_proxies {
    "0.0.0.0"/32;
}

# sluice_secret sets "secret" for the key id in "kid"; sluice_withdrawn passes videos to the origin that were withdrawn.
# Made by `sluice edge-keys varnish`.
include "/etc/varnish/sluice-keys.vcl";

sub vcl_recv {
    unset req.http.X-Sluice-Token;
    unset req.http.X-Sluice-Cache;
    if (req.method == "OPTIONS") {
        return (synth(204));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (synth(405, "method_not_allowed"));
    }
    # The cache's key and what is logged: without token and query.
    var.set("target", regsub(req.url, "\?.*$", ""));
    if (var.get("target") ~ "^/posters/[0-9a-z]{16}\.jpg$") {
        set req.url = var.get("target");
    } else if (var.get("target") ~ "^/p/") {
        call sluice_judge;
        set req.url = var.get("path");
    } else {
        return (synth(404, "not_found"));
    }
    std.log("path:" + req.url);
    # Nothing of the request but path and encoding may shape what is cached.
    unset req.http.Cookie;
    unset req.http.Authorization;
    if (req.url ~ "^/(v|posters)/") {
        call sluice_withdrawn;
        return (hash);
    }
    # Downloads are long, and answered by ranges of the origin.
    return (pass);
}

# Judges the token of "target" (docs/architecture.md); sets "path", and X-Sluice-Token, which goes to the origin.
sub sluice_judge {
    if (var.get("target") ~ "%|//|\.\.|^.{513}"
        || var.get("target") !~ "^/p/1\.[a-z0-9]{1,8}\.[1-9][0-9]{0,11}\.[1-9]\.[0i]\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{43}/") {
        return (synth(400, "token_malformed"));
    }
    var.set("path", regsub(var.get("target"), "^/p/[^/]+", ""));
    var.set("claims", regsub(var.get("target"), "^/p/(.+)\.[A-Za-z0-9_-]{43}/.*$", "\1"));
    var.set("presented", regsub(var.get("target"), "^/p/[^/]+\.([A-Za-z0-9_-]{43})/.*$", "\1"));
    var.set("kid", regsub(var.get("claims"), "^1\.([^.]+)\..*$", "\1"));
    var.set("expires", regsub(var.get("claims"), "^1\.[^.]+\.([0-9]+)\..*$", "\1"));
    # All tokens open three path elements: /v/<video>/<revision>/.
    if (var.get("path") !~ "^(?:/[^/]*){3}/.") {
        return (synth(400, "token_malformed"));
    }
    var.set("prefix", regsub(var.get("path"), "^((?:/[^/]*){3}/).+$", "\1"));
    call sluice_secret;
    if (var.get("secret")) {
        call sluice_viewer_address;
        if (var.get("claims") ~ "^1\.[^.]+\.[0-9]+\.3\.i\.") {
            var.set("bound", var.get("address"));
        } else {
            var.set("bound", "");
        }
        var.set("expected", digest.base64url_nopad_hex(digest.hmac_sha256(var.get("secret"),
            var.get("claims") + {"
"} + var.get("prefix") + {"
"} + var.get("bound"))));
        # Their HMACs are compared: how far two texts agree tells nothing about the texts.
        if (var.get("claims") !~ "^1\.[^.]+\.[0-9]+\.3\." || digest.hmac_sha256(var.get("secret"), var.get("expected")) != digest.hmac_sha256(var.get("secret"), var.get("presented"))) {
            return (synth(403, "token_wrong"));
        }
    }
    if (std.time(var.get("expires"), now) <= now) {
        return (synth(410, "token_expired"));
    }
    if (!var.get("secret")) {
        return (synth(403, "token_wrong"));
    }
    # The origin sees our address, not the viewer's, which was checked here: it gets the token without its bond.
    set req.http.X-Sluice-Token = var.get("claims") + "." + var.get("presented");
    if (var.get("bound") != "") {
        var.set("claims", regsub(var.get("claims"), "\.3\.i\.", ".3.0."));
        set req.http.X-Sluice-Token = var.get("claims") + "." + digest.base64url_nopad_hex(digest.hmac_sha256(var.get("secret"),
            var.get("claims") + {"
"} + var.get("prefix") + {"
"}));
    }
}

sub sluice_viewer_address {
    var.set("address", client.ip);
    if (client.ip ~ sluice_proxies && req.http.X-Forwarded-For) {
        # Varnish has put the proxy's own address behind what the proxy sent.
        var.set("address", regsub(req.http.X-Forwarded-For, "^(?:.*,)?\s*([^, ]+)\s*,[^,]*$", "\1"));
    }
    var.set("address", regsub(var.get("address"), "^::ffff:(\d+\.)", "\1"));
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_hit {
    set req.http.X-Sluice-Cache = "hit";
}

sub vcl_miss {
    # A HEAD has nothing encoded, and brings nothing into the cache.
    if (req.method == "HEAD") {
        return (pass);
    }
    set req.http.X-Sluice-Cache = "miss";
}

sub vcl_backend_fetch {
    if (bereq.http.X-Sluice-Token) {
        set bereq.url = "/p/" + bereq.http.X-Sluice-Token + bereq.url;
    }
    unset bereq.http.X-Sluice-Token;
    unset bereq.http.X-Sluice-Cache;
}

sub vcl_backend_response {
    if (beresp.status == 503) {
        if (bereq.is_bgfetch) {
            return (abandon); # a poster that is old is better than none
        }
        if (beresp.http.Cache-Control ~ "no-store") {
            # One viewer asked for too much at once: the others' answer is another.
            set beresp.ttl = 0s;
            set beresp.uncacheable = true;
            return (deliver);
        }
        # For a second, and without it the waiters would go to the origin one by one.
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
        set beresp.uncacheable = false;
        return (deliver);
    }
    if (beresp.status != 200) {
        # A refusal is one viewer's, and a 404 may end any time.
        set beresp.uncacheable = true;
        set beresp.ttl = 1s;
        return (deliver);
    }
    # Immutable but for posters, which may be shown for a day when the origin is down.
    set beresp.grace = 1d;
    return (deliver);
}

sub vcl_backend_error {
    if (bereq.is_bgfetch) {
        return (abandon);
    }
    # The origin is down: asked once a second, and its waiters are told together.
    set beresp.status = 503;
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.http.Cache-Control = "max-age=1";
    set beresp.http.Retry-After = "1";
    set beresp.body = {"{"type":"about:blank","title":"Not available just now","status":503,"code":"unavailable","retryAfterSeconds":1}"};
    return (deliver);
}

sub sluice_cors {
    set resp.http.Access-Control-Allow-Origin = "*";
    set resp.http.Access-Control-Expose-Headers = "Age, Cache-Status, Content-Length, Content-Range, Date, ETag, Retry-After";
    set resp.http.Timing-Allow-Origin = "*";
}

sub vcl_deliver {
    call sluice_cors;
    # Varnish itself compares with one tag only.
    if (req.http.If-None-Match == "*" || str.contains(req.http.If-None-Match, resp.http.ETag)) {
        set req.http.If-None-Match = resp.http.ETag;
    }
    if (req.http.X-Sluice-Cache == "hit") {
        # A hit that took so long waited for another's miss, perhaps for its encode: it says nothing about the line.
        if (now - req.time > 0.4s) {
            set resp.http.Cache-Status = "varnish; fwd=uri-miss; collapsed; detail=held";
        } else {
            set resp.http.Cache-Status = "varnish; hit";
        }
    } else if (req.http.X-Sluice-Cache == "miss") {
        set resp.http.Cache-Status = resp.http.Cache-Status + ", varnish; fwd=uri-miss; stored";
    }
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    return (deliver);
}

sub vcl_synth {
    call sluice_cors;
    unset resp.http.Server;
    if (resp.status == 204) {
        set resp.http.Access-Control-Allow-Methods = "GET, HEAD, OPTIONS";
        set resp.http.Access-Control-Allow-Headers = "Range, If-None-Match, If-Range, Cache-Control, Content-Type";
        set resp.http.Access-Control-Max-Age = "86400";
        set resp.http.Cache-Control = "public, max-age=86400";
        return (deliver);
    }
    set resp.http.Cache-Control = "no-store";
    set resp.http.Content-Type = "application/problem+json";
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, OPTIONS";
    }
    if (resp.reason == "token_malformed") {
        set resp.http.X-Title = "The playback token is malformed";
    } else if (resp.reason == "token_wrong") {
        set resp.http.X-Title = "The playback token does not open this";
    } else if (resp.reason == "token_expired") {
        set resp.http.X-Title = "The playback token expired";
    } else if (resp.status == 404) {
        set resp.http.X-Title = "Not found";
    } else {
        set resp.http.X-Title = "Not allowed";
    }
    set resp.body = {"{"type":"about:blank","title":""} + resp.http.X-Title + {"","status":"} + resp.status + {","code":""} + resp.reason + {"" }"};
    unset resp.http.X-Title;
    return (deliver);
}
